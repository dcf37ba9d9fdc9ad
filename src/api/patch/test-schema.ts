import { type PatchSchema, patchSchema, structSchema } from './schema.ts'

/** Schemas for the tests of this folder, in the shape that Kubernetes' own kinds have. */
const text = patchSchema({ scalarType: 'string' })
const number = patchSchema({ scalarType: 'numeric' })
const anyScalar = patchSchema({})

export const openMap = (values: PatchSchema, particulars: Partial<PatchSchema> = {}) =>
  patchSchema({ type: 'map', field: () => values, isOpenMap: true, ...particulars })

const list = (items: PatchSchema, particulars: Partial<PatchSchema> = {}) =>
  patchSchema({ type: 'list', items, ...particulars })

const mapList = (items: PatchSchema, mapKeys: string[], patchMergeKey = mapKeys[0]) =>
  list(items, { listType: 'map', mapKeys, patchMergeKey, patchStrategy: ['merge'] })

const port = structSchema({
  name: text,
  containerPort: number,
  hostPort: number,
  protocol: patchSchema({ scalarType: 'string', default: 'TCP' }),
})

const container = structSchema({
  name: text,
  image: text,
  command: list(text),
  env: mapList(structSchema({ name: text, value: text }), ['name']),
  ports: mapList(port, ['containerPort', 'protocol']),
  resources: structSchema({ limits: openMap(anyScalar), requests: openMap(anyScalar) }),
})

const volume = structSchema({
  name: text,
  emptyDir: structSchema({ medium: text }),
  hostPath: structSchema({ path: text }),
})

const podSpec = structSchema(
  {
    containers: mapList(container, ['name']),
    volumes: { ...mapList(volume, ['name']), patchStrategy: ['merge', 'retainKeys'] },
    nodeSelector: openMap(text, { mapType: 'atomic' }),
    hostname: text,
    tolerations: list(structSchema({ key: text, operator: text })),
  },
  { typeName: 'PodSpec' },
)

const metadata = structSchema(
  {
    name: text,
    namespace: text,
    uid: text,
    resourceVersion: text,
    generation: number,
    creationTimestamp: text,
    labels: openMap(text),
    annotations: openMap(text),
    finalizers: list(text, { listType: 'set', patchStrategy: ['merge'] }),
    managedFields: list(patchSchema({ type: 'any' })),
  },
  { typeName: 'ObjectMeta' },
)

const template = structSchema({ metadata, spec: podSpec }, { typeName: 'PodTemplateSpec' })

const strategy = structSchema(
  { type: text, rollingUpdate: structSchema({ maxSurge: anyScalar, maxUnavailable: anyScalar }) },
  { typeName: 'DeploymentStrategy', patchStrategy: ['retainKeys'] },
)

/** A Deployment, with the fields the tests need. */
export const deploymentSchema = structSchema(
  {
    apiVersion: text,
    kind: text,
    metadata,
    spec: structSchema(
      {
        replicas: number,
        paused: patchSchema({ scalarType: 'boolean' }),
        strategy,
        selector: structSchema({ matchLabels: openMap(text) }, { typeName: 'LabelSelector', mapType: 'atomic' }),
        template,
      },
      { typeName: 'DeploymentSpec' },
    ),
    status: structSchema({ replicas: number, readyReplicas: number }, { typeName: 'DeploymentStatus' }),
  },
  { typeName: 'Deployment' },
)

/** A Pod. */
export const podSchema = structSchema({ apiVersion: text, kind: text, metadata, spec: podSpec }, { typeName: 'Pod' })
