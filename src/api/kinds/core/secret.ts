import type { ISecret } from 'kubernetes-models/v1/Secret'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { configMapKey } from '../../names.ts'
import { IMMUTABLE } from '../../object-meta.ts'
import type { Report } from '../../report.ts'
import { invalidEach } from '../check.ts'
import { CONTENT_MAX_BYTES, decodedBytes, validateFrozen } from './content.ts'
import { keyPairProblem } from '../certificates/pem.ts'

export type Secret = Served<ISecret>

export const Secret = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  scope: 'Namespaced',
  columns: [
    ['Type', ({ type }) => type, { description: 'What the secret holds, for programs that use it.' }],
    ['Data', ({ data = {} }) => Object.keys(data).length, { description: 'How many keys it holds.' }],
    age,
  ],
  // `stringData` is for writing only: it is merged into `data` and never served.
  defaults(secret) {
    secret.type ||= 'Opaque'
    const { stringData } = secret
    if (stringData) secret.data = { ...secret.data, ...mapValues(stringData, toBase64) }
    delete secret.stringData
  },

  prepareUpdate(secret, old) {
    secret.type ||= old.type
  },

  validate(secret, report) {
    const { data = {} } = secret
    for (const key of Object.keys(data)) invalidEach(report, `data[${key}]`, key, configMapKey(key))
    if (decodedBytes(data) > CONTENT_MAX_BYTES) report.tooLong('data', CONTENT_MAX_BYTES)
    validateType(secret, report)
  },

  validateUpdate(secret, old, report) {
    if (secret.type !== old.type) report.invalid('type', secret.type ?? '', IMMUTABLE)
    validateFrozen(secret, old, ['data'], report)
  },

  warnings({ type, data = {} }, _old, warn) {
    if (type !== 'kubernetes.io/tls') return
    const why = keyPairProblem(data['tls.crt'] ?? '', data['tls.key'] ?? '')
    if (why) warn.say(why)
  },

  fieldSelectors: { type: ({ type }) => type ?? '' },
})

function mapValues(record: Record<string, string>, map: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** What the types that Kubernetes itself knows must hold. */
function validateType({ type, data = {}, metadata }: Secret, report: Report): void {
  const need = (key: string) => report.required(`data[${key}]`)
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if (!metadata.annotations?.[SERVICE_ACCOUNT]) report.required(`metadata.annotations[${SERVICE_ACCOUNT}]`)
      return
    case 'kubernetes.io/dockercfg':
      return validateJson('.dockercfg', data, report)
    case 'kubernetes.io/dockerconfigjson':
      return validateJson('.dockerconfigjson', data, report)
    case 'kubernetes.io/basic-auth':
      if (data['username'] === undefined && data['password'] === undefined) for (const key of BASIC_AUTH) need(key)
      return
    case 'kubernetes.io/ssh-auth':
      if (!data['ssh-privatekey']) need('ssh-privatekey')
      return
    case 'kubernetes.io/tls':
      for (const key of ['tls.crt', 'tls.key']) if (data[key] === undefined) need(key)
  }
}

const SERVICE_ACCOUNT = 'kubernetes.io/service-account.name'
const BASIC_AUTH = ['username', 'password']

/** The error never shows what a secret holds. */
function validateJson(key: string, data: Readonly<Record<string, string>>, report: Report): void {
  const value = data[key]
  if (value === undefined) return report.required(`data[${key}]`)
  const why = jsonProblem(Buffer.from(value, 'base64').toString())
  if (why) report.invalid(`data[${key}]`, '<secret contents redacted>', why)
}

function jsonProblem(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && !Array.isArray(value) ? undefined : 'json: cannot unmarshal into a map'
  } catch {
    return text.trim() === '' ? 'unexpected end of JSON input' : 'invalid character in JSON input'
  }
}
