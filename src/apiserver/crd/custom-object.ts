import type { KubeObject } from '../../api/meta.ts'

/** An object of a custom kind, of which nothing is known but what every object has. */
export type CustomObject = KubeObject & { status?: unknown; [field: string]: unknown }
