import { readFileSync } from 'node:fs'
import { parseRegistries, RegistriesError } from '../kubelet/images/parse-registries.ts'
import type { Registries } from '../kubelet/images/registries.ts'
import { Failure, messageOf } from './failure.ts'

/** Reads the file that `--registries` names; throws a Failure that says what to put right in it. */
export function readRegistries(file: string | undefined): Registries {
  if (file === undefined) return { mirrors: new Map(), configs: new Map() }
  try {
    return parseRegistries(readFileSync(file, 'utf8'))
  } catch (error) {
    const why = error instanceof RegistriesError ? error.message : `cannot read it: ${messageOf(error)}`
    throw new Failure(`--registries ${file}: ${why}`)
  }
}
