import definitions from '../../.generated/schema.json' with { type: 'json' }
import { SETTINGS_DEFINITIONS } from './kinds/settings/pod-preset-schema.ts'
import { loadSchema, type Definitions, type SchemaTable } from './schema.ts'

/** The types of Kubernetes itself, as `tools/schema.ts` derived them at install. Descriptions stand in a file of their own. */
export const builtinSchema: SchemaTable = loadSchema({
  ...(definitions as unknown as Definitions),
  ...SETTINGS_DEFINITIONS,
})
