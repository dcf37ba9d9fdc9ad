import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { configMapKey } from '../../names.ts'
import { invalidEach } from '../check.ts'
import { CONTENT_MAX_BYTES, decodedBytes, validateFrozen } from './content.ts'

export type ConfigMap = Served<IConfigMap>

export const ConfigMap = defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  scope: 'Namespaced',
  columns: [
    [
      'Data',
      ({ data = {}, binaryData = {} }) => Object.keys(data).length + Object.keys(binaryData).length,
      { description: 'How many keys it holds.' },
    ],
    age,
  ],

  validate({ data = {}, binaryData = {} }, report) {
    for (const key of Object.keys(data)) {
      invalidEach(report, `data[${key}]`, key, configMapKey(key))
      if (key in binaryData) report.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')
    }
    for (const key of Object.keys(binaryData)) invalidEach(report, `binaryData[${key}]`, key, configMapKey(key))
    const texts = Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text), 0)
    if (texts + decodedBytes(binaryData) > CONTENT_MAX_BYTES) report.tooLong('', CONTENT_MAX_BYTES)
  },

  validateUpdate(map, old, report) {
    validateFrozen(map, old, ['data', 'binaryData'], report)
  },
})
