import definitions from '../../.generated/schema.json' with { type: 'json' }
import { loadSchema, type Definitions, type SchemaTable } from './schema.ts'

/** The types of Kubernetes itself, as `tools/schema.ts` derived them at install. Descriptions stand in a file of their own. */
export const builtinSchema: SchemaTable = loadSchema(definitions as unknown as Definitions)
