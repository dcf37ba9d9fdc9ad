import { conform } from '../../api/decode/conform.ts'
import { isYaml } from '../../api/decode.ts'
import { badRequest } from '../../api/errors.ts'
import type { SchemaTable } from '../../api/schema.ts'
import { parseYaml } from '../../api/yaml.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { readText } from '../payload.ts'
import { booleanIn, checkDryRun, checkOptions, integerIn } from './query.ts'

export type Propagation = 'Orphan' | 'Background' | 'Foreground'

/** metav1.DeleteOptions. */
export interface DeleteOptions {
  gracePeriodSeconds?: number
  propagationPolicy?: Propagation
  /** The old way to say Orphan. */
  orphanDependents?: boolean
  preconditions?: { uid?: string; resourceVersion?: string }
  dryRun?: readonly string[]
}

const POLICIES = ['Foreground', 'Background', 'Orphan']

const TARGET = { kind: 'DeleteOptions', type: 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions' }

/** The options of a DELETE: its body, or else its query. */
export async function deleteOptions({ schema }: Context, call: Call): Promise<DeleteOptions> {
  const { text, type } = await readText(call, TARGET)
  const options = text ? fromBody(schema, text, isYaml(type)) : fromQuery(call.query)
  checkDeleteOptions(options)
  return options
}

/** Throws 422 when the options contradict themselves or name what there is not. */
export function checkDeleteOptions({ orphanDependents, propagationPolicy, dryRun = [] }: DeleteOptions): void {
  checkOptions('DeleteOptions', (report) => {
    if (orphanDependents !== undefined && propagationPolicy !== undefined) {
      const why = 'orphanDependents and deletionPropagation cannot be both set'
      report.invalid('propagationPolicy', propagationPolicy, why)
    }
    if (propagationPolicy !== undefined && !POLICIES.includes(propagationPolicy)) {
      report.notSupported('propagationPolicy', propagationPolicy, [...POLICIES, 'nil'])
    }
    checkDryRun(dryRun, report)
  })
}

function fromQuery(query: URLSearchParams): DeleteOptions {
  const gracePeriodSeconds = integerIn(query, 'gracePeriodSeconds')
  const propagationPolicy = query.get('propagationPolicy')
  const orphanDependents = booleanIn(query, 'orphanDependents')
  return {
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy && { propagationPolicy: propagationPolicy as Propagation }),
    ...(orphanDependents !== undefined && { orphanDependents }),
    dryRun: query.getAll('dryRun').filter((value) => value !== ''),
  }
}

function fromBody(schema: SchemaTable, text: string, yaml: boolean): DeleteOptions {
  const { value, error } = conform(schema, TARGET.type, parseBody(text, yaml))
  if (error) throw badRequest(error)
  const { kind, apiVersion: _, ...options } = (value ?? {}) as DeleteOptions & { kind?: string; apiVersion?: string }
  if (kind !== undefined && kind !== TARGET.kind) {
    throw badRequest('decoded object cannot be converted to DeleteOptions')
  }
  return options
}

function parseBody(text: string, yaml: boolean): unknown {
  try {
    return yaml ? parseYaml(text) : JSON.parse(text)
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error))
  }
}
