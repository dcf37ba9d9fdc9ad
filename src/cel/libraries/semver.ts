import { fn, free, type Library, member } from '../declarations.ts'
import { compareTexts, goQuote } from '../strings.ts'
import { structOf } from '../types.ts'
import { CelError, intOf, Opaque, type Value } from '../values.ts'

const OWN = { Semver: structOf('kubernetes.Semver') }
const UINT64_MAX = 2n ** 64n - 1n

type Identifier = bigint | string

class Semver extends Opaque {
  readonly typeName = 'kubernetes.Semver'
  /** Major, minor and patch. */
  readonly numbers: readonly bigint[]
  readonly prerelease: readonly Identifier[]

  constructor(numbers: readonly bigint[], prerelease: readonly Identifier[]) {
    super()
    this.numbers = numbers
    this.prerelease = prerelease
  }

  equals(other: Value): boolean {
    return other instanceof Semver && compareVersions(this, other) === 0
  }
}

class Malformed extends Error {}

function fail(message: string): never {
  throw new Malformed(message)
}

const splitDots = (text: string): string[] => {
  const [first = '', second, ...rest] = text.split('.')
  return second === undefined ? [first] : rest.length ? [first, second, rest.join('.')] : [first, second]
}

function readNumber(text: string, what: string): bigint {
  if (!/^[0-9]+$/.test(text)) fail(`Invalid character(s) found in ${what.toLowerCase()} number ${goQuote(text)}`)
  if (/^0./.test(text)) fail(`${what} number must not contain leading zeroes ${goQuote(text)}`)
  if (BigInt(text) > UINT64_MAX) fail(`strconv.ParseUint: parsing ${goQuote(text)}: value out of range`)
  return BigInt(text)
}

function readIdentifier(text: string): Identifier {
  if (text === '') fail('Prerelease is empty')
  if (/^[0-9]+$/.test(text)) {
    if (/^0./.test(text)) fail(`Numeric PreRelease version must not contain leading zeroes ${goQuote(text)}`)
    return BigInt(text)
  }
  if (!/^[A-Za-z0-9-]+$/.test(text)) fail(`Invalid character(s) found in prerelease ${goQuote(text)}`)
  return text
}

function readVersion(text: string): Semver {
  if (text === '') fail('Version string empty')
  const [major = '', minor = '', rest] = splitDots(text)
  if (rest === undefined) fail('No Major.Minor.Patch elements found')
  const numbers = [readNumber(major, 'Major'), readNumber(minor, 'Minor')]
  const plus = rest.indexOf('+')
  const build = plus < 0 ? undefined : rest.slice(plus + 1)
  const release = plus < 0 ? rest : rest.slice(0, plus)
  const dash = release.indexOf('-')
  numbers.push(readNumber(dash < 0 ? release : release.slice(0, dash), 'Patch'))
  const prerelease =
    dash < 0
      ? []
      : release
          .slice(dash + 1)
          .split('.')
          .map(readIdentifier)
  for (const part of build?.split('.') ?? []) checkBuild(part)
  return new Semver(numbers, prerelease)
}

function checkBuild(part: string): void {
  if (part === '') fail('Build meta data is empty')
  if (!/^[A-Za-z0-9-]+$/.test(part)) fail(`Invalid character(s) found in build meta data ${goQuote(part)}`)
}

/** The version with `v`, leading zeros and missing parts mended. */
function normalize(text: string): string {
  const parts = splitDots(text.replace(/^v/, '')).map((part) => {
    if (part.length < 2) return part
    const bare = part.replace(/^0+/, '')
    return /^[0-9]/.test(bare) ? bare : `0${bare}`
  })
  if (parts.length < 3 && /[+-]/.test(parts.at(-1) ?? '')) {
    fail('short version cannot contain PreRelease/Build meta data')
  }
  return [...parts, '0', '0'].slice(0, 3).join('.')
}

function toSemver(text: string, isLenient = false): Semver | CelError {
  try {
    return readVersion(isLenient ? normalize(text) : text)
  } catch (error) {
    if (error instanceof Malformed) return new CelError(error.message)
    throw error
  }
}

const isSemver = (text: string, isLenient = false) => toSemver(text, isLenient) instanceof Semver

const sign = (a: bigint | number, b: bigint | number) => (a < b ? -1 : a > b ? 1 : 0)

function compareVersions(a: Semver, b: Semver): number {
  for (const [i, number] of a.numbers.entries()) {
    const order = sign(number, b.numbers[i] as bigint)
    if (order) return order
  }
  const [left, right] = [a.prerelease, b.prerelease]
  if (left.length === 0 || right.length === 0) return sign(right.length ? 1 : 0, left.length ? 1 : 0)
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareIdentifiers(left[i] as Identifier, right[i] as Identifier)
    if (order) return order
  }
  return sign(left.length, right.length)
}

/** Numbers come before texts. */
function compareIdentifiers(a: Identifier, b: Identifier): number {
  if (typeof a === 'bigint') return typeof b === 'bigint' ? sign(a, b) : -1
  return typeof b === 'bigint' ? 1 : sign(compareTexts(a, b), 0)
}

const part = (index: 0 | 1 | 2) => (version: Semver) =>
  intOf(BigInt.asIntN(64, version.numbers[index] as bigint)) as Value

/** Semantic versions. */
export const SEMVER: Library = {
  functions: [
    fn(
      'semver',
      free('string_to_semver', 'string -> Semver', toSemver, OWN),
      free('string_bool_to_semver', 'string, bool -> Semver', toSemver, OWN),
    ),
    fn(
      'isSemver',
      free('is_semver_string', 'string -> bool', isSemver),
      free('is_semver_string_bool', 'string, bool -> bool', isSemver),
    ),
    fn(
      'isGreaterThan',
      member(
        'semver_is_greater_than',
        'Semver, Semver -> bool',
        (a: Semver, b: Semver) => compareVersions(a, b) > 0,
        OWN,
      ),
    ),
    fn(
      'isLessThan',
      member('semver_is_less_than', 'Semver, Semver -> bool', (a: Semver, b: Semver) => compareVersions(a, b) < 0, OWN),
    ),
    fn('compareTo', member('semver_compare_to', 'Semver, Semver -> int', compareVersions, OWN)),
    fn('major', member('semver_major', 'Semver -> int', part(0), OWN)),
    fn('minor', member('semver_minor', 'Semver -> int', part(1), OWN)),
    fn('patch', member('semver_patch', 'Semver -> int', part(2), OWN)),
  ],
}
