import { configMapKey, dns1123Label, envVarName, nameIsDns1123Subdomain } from '../../../names.ts'
import type { Report } from '../../../report.ts'
import { invalidEach, noBacksteps, requireFormat } from '../../check.ts'
import { ENV_FIELDS, validateFieldRef, validateResourceRef } from './field-refs.ts'
import type { AnyContainer } from './types.ts'

type EnvVar = NonNullable<AnyContainer['env']>[number]
type EnvFrom = NonNullable<AnyContainer['envFrom']>[number]
type ValueSource = NonNullable<EnvVar['valueFrom']>

/** What is wrong with environment variables; `report` stands at the list. */
export function validateEnv(variables: readonly EnvVar[] = [], report: Report): void {
  for (const [i, variable] of variables.entries()) {
    requireFormat(report.at(i), 'name', variable.name, envVarName)
    if (variable.valueFrom) validateValueFrom(variable.valueFrom, variable.value, report.at(i, 'valueFrom'))
  }
}

function validateValueFrom(source: ValueSource, value: string | undefined, report: Report): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source
  if (fieldRef) validateFieldRef(fieldRef, ENV_FIELDS, report.at('fieldRef'))
  if (resourceFieldRef) validateResourceRef(resourceFieldRef, false, report.at('resourceFieldRef'))
  if (configMapKeyRef) validateKeyRef(configMapKeyRef, report.at('configMapKeyRef'))
  if (secretKeyRef) validateKeyRef(secretKeyRef, report.at('secretKeyRef'))
  if (fileKeyRef) validateFileKeyRef(fileKeyRef, report.at('fileKeyRef'))
  const count = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length
  if (count === 0) report.invalid('', '', NO_SOURCE)
  else if (value) report.invalid('', '', 'may not be specified when `value` is not empty')
  else if (count > 1) report.invalid('', '', 'may not have more than one field specified at a time')
}

const NO_SOURCE =
  'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'

/** A key of a ConfigMap or a Secret. */
function validateKeyRef({ name = '', key }: { name?: string; key?: string }, report: Report): void {
  invalidEach(report, 'name', name, nameIsDns1123Subdomain(name, false))
  requireFormat(report, 'key', key, configMapKey)
}

function validateFileKeyRef({ key, volumeName, path }: NonNullable<ValueSource['fileKeyRef']>, report: Report): void {
  requireFormat(report, 'key', key, envVarName)
  requireFormat(report, 'volumeName', volumeName, dns1123Label)
  if (!path) report.required('path')
  else noBacksteps(report, 'path', path)
}

/** What is wrong with the sources of whole sets of variables; `report` stands at the list. */
export function validateEnvFrom(sources: readonly EnvFrom[] = [], report: Report): void {
  for (const [i, { prefix, configMapRef, secretRef }] of sources.entries()) {
    const at = report.at(i)
    if (prefix) invalidEach(at, 'prefix', prefix, envVarName(prefix))
    if (configMapRef) requireFormat(at, 'configMapRef.name', configMapRef.name, prefixOfName)
    if (secretRef) requireFormat(at, 'secretRef.name', secretRef.name, prefixOfName)
    if (!configMapRef && !secretRef) report.invalid('', '', 'must specify one of: `configMapRef` or `secretRef`')
    else if (configMapRef && secretRef) report.invalid('', '', 'may not have more than one field specified at a time')
  }
}

/** Upstream checks these names as if more came behind them. */
const prefixOfName = (name: string) => nameIsDns1123Subdomain(name, true)
