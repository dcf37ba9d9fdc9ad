import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** A layer: the folder, and the folders below `src` that it may import besides itself. */
export type Layers = Readonly<Record<string, readonly string[]>>

const FOUNDATION = ['std', 'api', 'client', 'os']

/** Who may import whom. Components meet through API objects, so no component stands in another's row. */
export const LAYERS: Layers = {
  std: [],
  os: ['std'],
  api: ['std'],
  cel: ['std'],
  store: ['std', 'api'],
  client: ['std', 'api', 'os'],
  apiserver: [...FOUNDATION, 'cel', 'store'],
  cli: FOUNDATION,
  controllers: [...FOUNDATION, 'cel'],
  kubelet: FOUNDATION,
  network: FOUNDATION,
  scheduler: FOUNDATION,
  main: [...FOUNDATION, 'store', 'apiserver', 'cli', 'controllers', 'kubelet', 'network', 'scheduler'],
}

/** Modules that only these places may import: everything else gets IO handed in. */
const IO_MODULES = /^node:(fs|fs\/promises|net|http|https|http2|tls|dgram|child_process|worker_threads|sqlite)$/
const IO_PLACES = /^src\/(os|main|store)\/|^src\/store\/sqlite/

export interface Import {
  from: string
  specifier: string
  /** Gone when the program runs. */
  typeOnly?: boolean
}

/** The imports of a TypeScript file, static and dynamic, type-only ones included. */
export function importsOf(file: string, text = readFileSync(file, 'utf8')): Import[] {
  const found = text.matchAll(
    /^\s*(?:import|export)\b(\s+type\b)?[^'"]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm,
  )
  return [...found].map(([, type, ...specifiers]) => ({
    from: file,
    specifier: specifiers.find(Boolean) as string,
    ...(type && { typeOnly: true }),
  }))
}

/** The files below `src` that an import names, relative to the root; `undefined` for packages. */
export function target({ from, specifier }: Import): string | undefined {
  return specifier.startsWith('.') ? normalize(join(dirname(from), specifier)) : undefined
}

const layerOf = (file: string) => (file.startsWith('src/') ? file.split('/')[1] : undefined)

const isTest = (file: string) => /\.test\.ts$|conformance\.ts$|\/test-[a-z-]+\.ts$/.test(file)

/** What is wrong with one import, if anything; test files may use anything but another component. */
export function violation(imported: Import, layers: Layers = LAYERS): string | undefined {
  const layer = layerOf(imported.from)
  if (!layer || isTest(imported.from)) return undefined
  if (IO_MODULES.test(imported.specifier) && !IO_PLACES.test(imported.from)) {
    return `${imported.from}: ${imported.specifier} may only be imported in src/os, src/main and the store drivers`
  }
  const to = target(imported)
  const toLayer = to && layerOf(to)
  // Data has no layer.
  if (!to || toLayer === layer || to.endsWith('.json')) return undefined
  const allowed = layers[layer] ?? []
  if (toLayer && allowed.includes(toLayer)) return undefined
  return `${imported.from}: ${layer} may not import ${to} (it may import: ${allowed.join(', ') || 'nothing'})`
}

/** The first cycle in a graph of files, as the row of files that closes it. */
export function cycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>()
  const visit = (file: string, path: string[]): string[] | undefined => {
    const at = path.indexOf(file)
    if (at >= 0) return [...path.slice(at), file]
    if (done.has(file)) return undefined
    for (const next of graph.get(file) ?? []) {
      const found = visit(next, [...path, file])
      if (found) return found
    }
    done.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const found = visit(file, [])
    if (found) return found
  }
  return undefined
}
