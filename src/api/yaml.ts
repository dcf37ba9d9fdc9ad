import { type Document, LineCounter, parseAllDocuments, parseDocument, type ScalarTag, type Tags } from 'yaml'

/** What YAML text says, as JSON has it, and the keys that stand twice (`line 3: key "a" already set in map`). */
export interface YamlReading {
  value: unknown
  duplicates: string[]
}

/** Text that is not YAML; the message is `yaml: line 3: …`, as upstream's converter words it. */
export class YamlError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'YamlError'
  }
}

/** Bytes become text, as they do on their way to JSON. */
const binary: ScalarTag = {
  tag: 'tag:yaml.org,2002:binary',
  resolve: (text) => Buffer.from(text, 'base64').toString(),
}

const octal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0o[0-7]+$/,
  resolve: (text) => Number.parseInt(text.replace('0o', ''), 8),
}

/** The library also takes a lone dot, and `e0`, for a number. */
const float: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: /^[-+]?(?:\.\d[\d_]*|\d[\d_]*\.[\d_]*|\d[\d_]*(?=[eE]))(?:[eE][-+]?\d+)?$/,
  resolve: (text) => Number(text.replaceAll('_', '')),
}

/** As go-yaml reads: YAML 1.1 booleans and octals, but neither times nor base-60 numbers. */
const tagsOf = (usual: Tags): Tags => {
  const kept = usual.filter(
    (tag) => typeof tag === 'object' && tag.format !== 'TIME' && !isFloat(tag) && !/timestamp|binary/.test(tag.tag),
  )
  return [...kept, binary, octal, float]
}

const isFloat = (tag: { tag: string; test?: RegExp }) => tag.tag === float.tag && tag.test?.test('.nan') === false

const READING = { version: '1.1', merge: true, customTags: tagsOf, uniqueKeys: true, logLevel: 'silent' } as const

/** Go-yaml bounds what aliases may blow up to; so does this. */
const MAX_ALIASES = 10_000

/** Reads one YAML document (nothing at all is null). Throws YamlError. */
export function readYaml(text: string): YamlReading {
  const lines = new LineCounter()
  return readingOf(parseDocument(text, { ...READING, lineCounter: lines }), text, lines)
}

/** The value of one YAML document. Throws YamlError. */
export function parseYaml(text: string): unknown {
  return readYaml(text).value
}

/** The values of all documents in the text that are not empty. Throws YamlError. */
export function parseYamlDocuments(text: string): unknown[] {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { ...READING, lineCounter: lines })
  if (!Array.isArray(documents)) return []
  return documents.map((document) => readingOf(document, text, lines).value).filter((value) => value !== null)
}

function readingOf(document: Document.Parsed, text: string, lines: LineCounter): YamlReading {
  const duplicates: string[] = []
  for (const { code, message, pos } of document.errors) {
    const { line } = lines.linePos(pos[0])
    if (code !== 'DUPLICATE_KEY') throw new YamlError(`yaml: line ${line}: ${firstSentence(message)}`)
    duplicates.push(`line ${line}: key ${JSON.stringify(keyAt(text, pos[0]))} already set in map`)
  }
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }), duplicates }
  } catch (error) {
    throw new YamlError(`yaml: ${error instanceof Error ? error.message : error}`)
  }
}

/** The library adds where it is and shows the line; upstream says neither. */
function firstSentence(message: string): string {
  return message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? message
}

/** The key that begins at `offset`, without quotes. */
function keyAt(text: string, offset: number): string {
  const [, quoted, plain = ''] = /^(?:["'](.*?)["']|(.*?))\s*:/.exec(text.slice(offset)) ?? []
  return quoted ?? plain
}
