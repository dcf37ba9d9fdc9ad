import type { KubeObject } from '../api/meta.ts'
import { assert } from '../std/assert.ts'
import type { Entry } from './driver.ts'

/** Where a revision goes into stored text: behind this, which `encode` puts before all that could hold another. */
const METADATA = '"metadata":{'

/**
 * An object as one revision left it. It is serialised once, when it is written, and parsed at most once, when somebody
 * asks; all readers share both, so nobody may change `object`.
 */
export class Stored {
  readonly key: string
  /** The revision that wrote this; it is the object's resourceVersion. */
  readonly revision: number
  /** The revision that created the object. */
  readonly createRevision: number
  /** The object as JSON, resourceVersion included: what a GET answers. */
  readonly text: string
  #object: KubeObject | undefined

  constructor({ key, value, modRevision, createRevision }: Entry) {
    this.key = key
    this.revision = modRevision
    this.createRevision = createRevision
    this.text = withRevision(value, modRevision)
  }

  /** The object, resourceVersion included. Shared: copy before you change it. */
  get object(): KubeObject {
    this.#object ??= JSON.parse(this.text) as KubeObject
    return this.#object
  }

  /** The text without its resourceVersion, as the driver keeps it. */
  get value(): string {
    const start = this.text.indexOf(METADATA) + METADATA.length
    return this.text.slice(0, start) + this.text.slice(start + field(this.revision).length)
  }

  /** The same state at the revision that deleted it: what a DELETED event shows. */
  deletedAt(revision: number): Stored {
    const { key, value, createRevision } = this
    return new Stored({ key, value, modRevision: revision, createRevision })
  }
}

/** What can be stored: any API object. A resourceVersion that it has is left out. */
export interface Storable {
  apiVersion?: string
  kind?: string
  metadata: { name?: string; resourceVersion?: string }
}

/** The object as JSON for a driver: without resourceVersion, and with metadata before everything that nests. */
export function encode(object: Storable): string {
  const { kind, apiVersion, metadata, ...rest } = object
  const { resourceVersion: _, ...kept } = metadata
  return JSON.stringify({ kind, apiVersion, metadata: kept, ...rest })
}

/** Stored text with its revision put in as `metadata.resourceVersion`. */
export function withRevision(value: string, revision: number): string {
  const at = value.indexOf(METADATA)
  assert(at >= 0, 'stored text has no metadata')
  const start = at + METADATA.length
  const resourceVersion = field(revision)
  // A comma before the closing brace would be no JSON; every object has a name, so more does follow.
  assert(value[start] !== '}', 'stored metadata is empty')
  return value.slice(0, start) + resourceVersion + value.slice(start)
}

function field(revision: number): string {
  return `"resourceVersion":"${revision}",`
}
