import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clone } from '../../equal.ts'
import { KINDS } from '../index.ts'
import { createProblems } from '../problems.ts'

const container = {
  env: [{ valueFrom: { fieldRef: {}, resourceFieldRef: {}, configMapKeyRef: {}, fileKeyRef: {} } }],
  envFrom: [{}],
  lifecycle: { preStop: {}, postStart: { httpGet: {} } },
  livenessProbe: { httpGet: {}, grpc: {}, tcpSocket: {}, exec: {} },
  ports: [{}],
  resizePolicy: [{}],
  resources: { claims: [{}] },
  restartPolicyRules: [{}],
  securityContext: { appArmorProfile: {}, capabilities: {}, seccompProfile: {}, windowsOptions: {} },
  volumeDevices: [{}],
  volumeMounts: [{}],
}

const SOURCES = [
  'awsElasticBlockStore',
  'azureDisk',
  'azureFile',
  'cephfs',
  'cinder',
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'fc',
  'flexVolume',
  'flocker',
  'gcePersistentDisk',
  'gitRepo',
  'glusterfs',
  'hostPath',
  'image',
  'iscsi',
  'local',
  'nfs',
  'persistentVolumeClaim',
  'photonPersistentDisk',
  'portworxVolume',
  'projected',
  'quobyte',
  'rbd',
  'scaleIO',
  'secret',
  'storageos',
  'vsphereVolume',
]

const required = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'
const projections = [
  'clusterTrustBundle',
  'configMap',
  'downwardAPI',
  'podCertificate',
  'secret',
  'serviceAccountToken',
]

const podSpec = {
  affinity: {
    nodeAffinity: { [required]: {}, [preferred]: [{}] },
    podAffinity: { [required]: [{}], [preferred]: [{}] },
    podAntiAffinity: { [required]: [{}], [preferred]: [{}] },
  },
  containers: [container, {}],
  dnsConfig: { options: [{}] },
  ephemeralContainers: [container, {}],
  hostAliases: [{}],
  imagePullSecrets: [{}],
  initContainers: [container, {}],
  os: {},
  overhead: {},
  readinessGates: [{}],
  resourceClaims: [{}],
  resources: {},
  schedulingGates: [{}],
  schedulingGroup: {},
  securityContext: { appArmorProfile: {}, seccompProfile: {}, sysctls: [{}], windowsOptions: {} },
  tolerations: [{}],
  topologySpreadConstraints: [{}],
  volumes: [
    ...SOURCES.map((source) => ({ name: 'v', [source]: {} })),
    { projected: { sources: projections.map((source) => ({ [source]: {} })) } },
  ],
}

/** Objects that leave out all they can at every depth. */
const GAPS: Readonly<Record<string, object>> = {
  nothing: {},
  'an empty spec': { spec: {}, status: {} },
  'an empty template': { template: {}, spec: { template: {} } },
  'a pod of gaps': { spec: podSpec },
  'a template of gaps': { template: { spec: podSpec }, spec: { template: { spec: podSpec } } },
  'lists of gaps': {
    conditions: [{}],
    involvedObject: {},
    metadata: { ownerReferences: [{}], managedFields: [{}] },
    secrets: [{}],
    spec: {
      dataSource: {},
      dataSourceRef: {},
      limits: [{}],
      nodeAffinity: {},
      ports: [{}],
      resources: {},
      scopeSelector: { matchExpressions: [{}] },
      selector: {},
      sessionAffinityConfig: {},
      taints: [{}],
    },
    subsets: [{ addresses: [{}], notReadyAddresses: [{}], ports: [{}] }],
    target: {},
  },
  ...Object.fromEntries(SOURCES.map((source) => [`an empty ${source}`, { spec: { [source]: {} } }])),
}

for (const kind of KINDS.filter(({ group }) => group === '')) {
  test(`whatever a ${kind.kind} leaves out is told, not thrown`, () => {
    for (const [what, sketch] of Object.entries(GAPS)) {
      const problems = createProblems(kind, clone(sketch))
      assert.ok(
        problems.every((problem) => !problem.includes('undefined')),
        `${what}: ${problems.find((problem) => problem.includes('undefined'))}`,
      )
    }
  })
}
