// Derives `.generated/schema.json` and `.generated/descriptions.json` from the package `kubernetes-models`. Runs after every install.
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Schema } from '../src/api/schema.ts'
import { parseDeclaration } from './schema/declarations.ts'
import { type Described, type Source, type TypeExtensions, describeType } from './schema/definitions.ts'
import { canonicalName } from './schema/names.ts'
import { parsePrimitives } from './schema/validators.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const MACHINERY = 'io.k8s.apimachinery.pkg'
const PACKAGES = ['kubernetes-models', '@kubernetes-models/apimachinery']

/** The folder of an installed package, here or, when this project is itself a dependency, further up. */
function packageFolder(name: string): string {
  for (let folder = ROOT; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(candidate)) return candidate
    if (folder === dirname(folder)) throw new Error(`the package ${name} is not installed: run npm install`)
  }
}

function readData<T>(name: string): T {
  return JSON.parse(readFileSync(join(ROOT, 'data', name), 'utf8')) as T
}

/** Every type of a package, with what its validator knows. */
function* sourcesOf(folder: string): Generator<Source> {
  for (const file of globSync('**/*.d.ts', { cwd: folder, exclude: ['_schemas', 'node_modules', '**/index.d.ts'] })) {
    const declaration = parseDeclaration(readFileSync(join(folder, file), 'utf8'))
    if (!declaration) continue
    const validator = join(folder, '_schemas', `${declaration.name}.js`)
    yield { declaration, primitives: parsePrimitives(existsSync(validator) ? readFileSync(validator, 'utf8') : '') }
  }
}

function main() {
  const extensions = readData<Record<string, TypeExtensions>>('schema-extensions-1.36.json')
  const described = new Map<string, Described>()
  for (const source of PACKAGES.flatMap((name) => [...sourcesOf(packageFolder(name))])) {
    const name = canonicalName(source.declaration.name)
    described.set(name, describeType(source, extensions[name]))
  }
  nameTypeMeta(described)
  defaultKeys(described)
  const served = reachable(described, (name) => name.startsWith(MACHINERY) || extensions[name]?.gvk !== undefined)
  mkdirSync(join(ROOT, '.generated'), { recursive: true })
  writeFileSync(
    join(ROOT, '.generated', 'schema.json'),
    sortedJson(served, (name) => described.get(name)?.definition),
  )
  writeFileSync(
    join(ROOT, '.generated', 'descriptions.json'),
    sortedJson(served, (name) => described.get(name)?.descriptions),
  )
}

/** The package also holds types of versions that Kubernetes no longer serves: take what the roots lead to. */
function reachable(described: ReadonlyMap<string, Described>, isRoot: (name: string) => boolean): string[] {
  const seen = new Set<string>()
  const visit = (name: string) => {
    if (seen.has(name)) return
    seen.add(name)
    const type = described.get(name)
    if (!type) throw new Error(`${name} is referred to and not there`)
    for (const field of Object.values(type.definition.properties ?? {})) referencesOf(field).forEach(visit)
  }
  for (const name of described.keys()) if (isRoot(name)) visit(name)
  return [...seen].sort()
}

function referencesOf(schema: Schema): string[] {
  if (schema.$ref) return [schema.$ref]
  const inner = [schema.items, schema.additionalProperties].filter((part) => typeof part === 'object')
  return inner.flatMap(referencesOf)
}

/** The package says nothing of a kind's own apiVersion and kind, save where they are plain fields, as here. */
function nameTypeMeta(described: ReadonlyMap<string, Described>) {
  const texts = described.get(`${MACHINERY}.apis.meta.v1.DeleteOptions`)?.descriptions
  for (const { definition, descriptions } of described.values()) {
    if (!definition['x-kubernetes-group-version-kind']) continue
    for (const field of ['apiVersion', 'kind']) {
      const text = texts?.[field]
      if (definition.properties?.[field] && text) descriptions[field] ??= text
    }
  }
}

/** The keys of lists that must be there count as empty where they are not, so that their items can be told apart even then. */
function defaultKeys(described: ReadonlyMap<string, Described>) {
  for (const { definition } of described.values()) {
    for (const list of Object.values(definition.properties ?? {})) {
      const item = described.get(list.items?.$ref ?? '')?.definition
      for (const key of list['x-kubernetes-list-map-keys'] ?? []) {
        const field = item?.required?.includes(key) ? item.properties?.[key] : undefined
        if (field) field.default ??= field.type === 'string' ? '' : 0
      }
    }
  }
}

function sortedJson(names: readonly string[], valueOf: (name: string) => unknown): string {
  return `${JSON.stringify(Object.fromEntries(names.map((name) => [name, valueOf(name)])))}
`
}

main()
