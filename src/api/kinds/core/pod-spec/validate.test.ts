import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProblems } from '../../problems.ts'
import { Pod } from '../pod.ts'
import type { Container, PodSpec } from './types.ts'

const pod = (spec: Partial<PodSpec>, metadata: object = {}) =>
  createProblems(Pod, { metadata, spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec } })

const container = (fields: Partial<Container>, spec: Partial<PodSpec> = {}) =>
  pod({ ...spec, containers: [{ name: 'c', image: 'nginx', ...fields }] })

const C = 'spec.containers[0]'

function cases<T>(what: string, problemsOf: (given: T) => string[], table: [given: T, ...problems: string[]][]): void {
  for (const [given, ...problems] of table) {
    test(`${what} ${JSON.stringify(given).slice(0, 120)}`, () => assert.deepEqual(problemsOf(given), problems))
  }
}

cases<Partial<Container>>('container', container, [
  [{}],
  [{ name: '' }, `${C}.name: Required value`],
  [{ name: 'a.b' }, `${C}.name: Invalid value: "a.b": must not contain dots`],
  [{ image: '' }, `${C}.image: Required value`],
  [{ image: ' nginx' }, `${C}.image: Invalid value: " nginx": must not have leading or trailing whitespace`],
  [
    { imagePullPolicy: 'Sometimes' as 'Always' },
    `${C}.imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"`,
  ],
  [{ terminationMessagePath: '/x', terminationMessagePolicy: 'File' }],
  [{ ports: [{ containerPort: 80 }, { containerPort: 80 }] }],
  [{ ports: [{ containerPort: 0 }] }, `${C}.ports[0].containerPort: Required value`],
  [
    { ports: [{ containerPort: 70000 }] },
    `${C}.ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`,
  ],
  [
    {
      ports: [
        { containerPort: 1, name: 'web' },
        { containerPort: 2, name: 'web' },
      ],
    },
    `${C}.ports[1].name: Duplicate value: "web"`,
  ],
  [
    {
      ports: [
        { containerPort: 1, hostPort: 8080 },
        { containerPort: 2, hostPort: 8080 },
      ],
    },
    `${C}.ports[1].hostPort: Duplicate value: "TCP//8080"`,
  ],
  [
    { ports: [{ containerPort: 1, protocol: 'tcp' as 'TCP' }] },
    `${C}.ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"`,
  ],
  [{ env: [{ name: 'A', value: 'b' }] }],
  [{ env: [{ name: '' }] }, `${C}.env[0].name: Required value`],
  [
    { env: [{ name: 'A', valueFrom: {} }] },
    `${C}.env[0].valueFrom: Invalid value: "": must specify one of: \`fieldRef\`, \`resourceFieldRef\`, \`configMapKeyRef\`, \`secretKeyRef\` or \`fileKeyRef\``,
  ],
  [
    { env: [{ name: 'A', value: 'b', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] },
    `${C}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`,
  ],
  [{ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } }] }],
  [
    { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.foo' } } }] },
    `${C}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.foo": error converting fieldPath: field label not supported: spec.foo`,
  ],
  [
    { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.phase' } } }] },
    `${C}.env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "status.phase": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"`,
  ],
  [
    { env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1Mi' } } }] },
    `${C}.env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource`,
  ],
  [
    { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: '' } } }] },
    `${C}.env[0].valueFrom.secretKeyRef.key: Required value`,
  ],
  [{ envFrom: [{}] }, `${C}.envFrom: Invalid value: "": must specify one of: \`configMapRef\` or \`secretRef\``],
  [{ envFrom: [{ configMapRef: { name: '' } }] }, `${C}.envFrom[0].configMapRef.name: Required value`],
  [{ volumeMounts: [{ name: 'v', mountPath: '/v' }] }, `${C}.volumeMounts[0].name: Not found: "v"`],
])

cases<Partial<Container>>('mounts', (fields) => container(fields, { volumes: [{ name: 'v', emptyDir: {} }] }), [
  [{ volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
  [{ volumeMounts: [{ name: 'v', mountPath: '' }] }, `${C}.volumeMounts[0].mountPath: Required value`],
  [
    {
      volumeMounts: [
        { name: 'v', mountPath: '/v' },
        { name: 'v', mountPath: '/v' },
      ],
    },
    `${C}.volumeMounts[1].mountPath: Invalid value: "/v": must be unique`,
  ],
  [
    { volumeMounts: [{ name: 'v', mountPath: '/v', subPath: '../x' }] },
    `${C}.volumeMounts.subPath: Invalid value: "../x": must not contain '..'`,
  ],
  [
    { volumeMounts: [{ name: 'v', mountPath: '/v', mountPropagation: 'Bidirectional' }] },
    `${C}.volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers`,
  ],
  [
    { volumeDevices: [{ name: 'v', devicePath: '/dev/x' }] },
    `${C}.volumeDevices[0].name: Invalid value: "v": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode`,
  ],
])

cases<Partial<Container>>('probes and hooks', container, [
  [{ livenessProbe: { httpGet: { port: 80 } }, readinessProbe: { tcpSocket: { port: 'web' } } }],
  [{ livenessProbe: {} }, `${C}.livenessProbe: Required value: must specify a handler type`],
  [
    { livenessProbe: { exec: { command: [] }, httpGet: { port: 80 } } },
    `${C}.livenessProbe.exec.command: Required value`,
    `${C}.livenessProbe.httpGet: Forbidden: may not specify more than 1 handler type`,
  ],
  [
    { livenessProbe: { tcpSocket: { port: 80 }, successThreshold: 2 } },
    `${C}.livenessProbe.successThreshold: Invalid value: 2: must be 1`,
  ],
  [
    { readinessProbe: { tcpSocket: { port: 0 }, periodSeconds: -1 } },
    `${C}.readinessProbe.tcpSocket.port: Invalid value: 0: must be between 1 and 65535, inclusive`,
    `${C}.readinessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0`,
  ],
  [
    { readinessProbe: { tcpSocket: { port: 1 }, terminationGracePeriodSeconds: 3 } },
    `${C}.readinessProbe.terminationGracePeriodSeconds: Invalid value: 3: must not be set for readinessProbes`,
  ],
  [
    { lifecycle: { preStop: { sleep: { seconds: 31 } } } },
    `${C}.lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)`,
  ],
  [
    { lifecycle: { postStart: { httpGet: { port: 1, scheme: 'ftp' as 'HTTP' } } } },
    `${C}.lifecycle.postStart.httpGet.scheme: Unsupported value: "ftp": supported values: "HTTP", "HTTPS"`,
  ],
])

cases<Container['resources']>('resources', (resources) => container({ resources }), [
  [{ requests: { cpu: '500m' }, limits: { cpu: '1' } }],
  [
    { requests: { cpu: '2' }, limits: { cpu: '1' } },
    `${C}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`,
  ],
  [
    { requests: { memory: '-1' } },
    `${C}.resources.requests[memory]: Invalid value: "-1": must be greater than or equal to 0`,
  ],
  [
    { requests: { foo: '1' } },
    `${C}.resources.requests[foo]: Invalid value: "foo": must be a standard resource type or fully qualified`,
    `${C}.resources.requests[foo]: Invalid value: "foo": must be a standard resource for containers`,
  ],
  [
    { requests: { 'nvidia.com/gpu': '1' } },
    `${C}.resources.limits: Required value: Limit must be set for non overcommitable resources`,
  ],
  [
    { requests: { 'nvidia.com/gpu': '1' }, limits: { 'nvidia.com/gpu': '2' } },
    `${C}.resources.requests: Invalid value: "1": must be equal to nvidia.com/gpu limit of 2`,
  ],
  [
    { limits: { 'nvidia.com/gpu': '500m' } },
    `${C}.resources.limits[nvidia.com/gpu]: Invalid value: "500m": must be an integer`,
    `${C}.resources.requests[nvidia.com/gpu]: Invalid value: "500m": must be an integer`,
  ],
  [{ limits: { 'hugepages-2Mi': '4Mi' } }, `${C}.resources: Forbidden: HugePages require cpu or memory`],
  [
    { limits: { cpu: '1', 'hugepages-2Mi': '3Mi' } },
    `${C}.resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
    `${C}.resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
  ],
])

cases<Container['securityContext']>('security context', (securityContext) => container({ securityContext }), [
  [{ runAsUser: 0, privileged: true, seccompProfile: { type: 'RuntimeDefault' } }],
  [{ runAsUser: -1 }, `${C}.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive`],
  [
    { privileged: true, allowPrivilegeEscalation: false },
    `${C}.securityContext: Invalid value: {"privileged":true,"allowPrivilegeEscalation":false}: cannot set \`allowPrivilegeEscalation\` to false and \`privileged\` to true`,
  ],
  [
    { seccompProfile: { type: 'Localhost' } },
    `${C}.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost`,
  ],
  [
    { appArmorProfile: { type: 'RuntimeDefault', localhostProfile: 'x' } },
    `${C}.securityContext.appArmorProfile.localhostProfile: Invalid value: "x": can only be set when AppArmor type is Localhost`,
  ],
  [
    { procMount: 'Unmasked' },
    `${C}.securityContext.procMount: Invalid value: "Unmasked": \`hostUsers\` must be false to use \`Unmasked\``,
  ],
])

const V = 'spec.volumes[0]'

cases<NonNullable<PodSpec['volumes']>[number]>('volume', (volume) => pod({ volumes: [volume] }), [
  [{ name: 'v' }],
  [{ name: '' }, `${V}.name: Required value`],
  [{ name: 'v', configMap: { name: 'm', items: [{ key: 'k', path: 'p', mode: 0o644 }] } }],
  [{ name: 'v', configMap: { name: '' } }, `${V}.configMap.name: Required value`],
  [
    { name: 'v', configMap: { name: 'm', defaultMode: 0o1000 } },
    `${V}.configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive`,
  ],
  [
    { name: 'v', secret: { secretName: 's', items: [{ key: 'k', path: '..x' }] } },
    `${V}.secret.items[0].path: Invalid value: "..x": must not start with '..'`,
  ],
  [
    { name: 'v', emptyDir: {}, hostPath: { path: '/x' } },
    `${V}.hostPath: Forbidden: may not specify more than 1 volume type`,
  ],
  [{ name: 'v', hostPath: { path: '' } }, `${V}.hostPath.path: Required value`],
  [
    { name: 'v', hostPath: { path: '/x', type: 'Dir' as 'File' } },
    `${V}.hostPath.type: Unsupported value: "Dir": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"`,
  ],
  [{ name: 'v', persistentVolumeClaim: { claimName: '' } }, `${V}.persistentVolumeClaim.claimName: Required value`],
  [{ name: 'v', nfs: { server: 's', path: 'rel' } }, `${V}.nfs.path: Invalid value: "rel": must be an absolute path`],
  [
    { name: 'v', downwardAPI: { items: [{ path: 'p' }] } },
    `${V}.downwardAPI: Required value: one of fieldRef and resourceFieldRef is required`,
  ],
  [
    {
      name: 'v',
      projected: {
        sources: [
          { configMap: { name: 'm', items: [{ key: 'k', path: 'p' }] } },
          { secret: { name: 's', items: [{ key: 'k', path: 'p' }] } },
        ],
      },
    },
    `${V}.projected: Invalid value: "s": conflicting duplicate paths`,
  ],
  [
    { name: 'v', projected: { sources: [{ serviceAccountToken: { path: 'p', expirationSeconds: 5 } }] } },
    `${V}.projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes`,
    `${V}.projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set`,
  ],
  [{ name: 'v', csi: { driver: '' } }, `${V}.csi.driver: Required value`],
  [
    { name: 'v', ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'] } } } },
    `${V}.ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value`,
  ],
])

test('two volumes of one name', () => {
  assert.deepEqual(pod({ volumes: [{ name: 'v' }, { name: 'v' }] }), ['spec.volumes[1].name: Duplicate value: "v"'])
})

cases<Partial<PodSpec>>('spec', pod, [
  [{ containers: [] }, 'spec.containers: Required value'],
  [
    {
      containers: [
        { name: 'c', image: 'a' },
        { name: 'c', image: 'b' },
      ],
    },
    'spec.containers[1].name: Duplicate value: "c"',
  ],
  [
    { restartPolicy: 'Maybe' as 'Never' },
    'spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "OnFailure", "Never"',
  ],
  [
    { initContainers: [{ name: 'i', image: 'a', livenessProbe: { tcpSocket: { port: 1 } } }] },
    'spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
  ],
  [{ initContainers: [{ name: 'i', image: 'a', restartPolicy: 'Always', livenessProbe: { tcpSocket: { port: 1 } } }] }],
  [{ initContainers: [{ name: 'c', image: 'a' }] }, 'spec.initContainers[0].name: Duplicate value: "c"'],
  [
    { ephemeralContainers: [{ name: 'e', image: 'a' }] },
    'spec.ephemeralContainers: Forbidden: cannot be set on create',
  ],
  [
    { ephemeralContainers: [{ name: 'e', image: 'a', ports: [{ containerPort: 1 }] }] },
    'spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
    'spec.ephemeralContainers: Forbidden: cannot be set on create',
  ],
  [{ hostNetwork: true, containers: [{ name: 'c', image: 'a', ports: [{ containerPort: 80 }] }] }],
  [
    { hostNetwork: true, containers: [{ name: 'c', image: 'a', ports: [{ containerPort: 80, hostPort: 81 }] }] },
    'spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true',
  ],
  [{ dnsPolicy: 'None' }, 'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
  [
    { dnsConfig: { nameservers: ['1.1.1.1', '2.2.2.2', '3.3.3.3', 'x'] } },
    'spec.dnsConfig.nameservers: Invalid value: ["1.1.1.1","2.2.2.2","3.3.3.3","x"]: must not have more than 3 nameservers',
    'spec.dnsConfig.nameservers[3]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ],
  [
    { hostAliases: [{ ip: '999.0.0.1', hostnames: ['a'] }] },
    'spec.hostAliases[0].ip: Invalid value: "999.0.0.1": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ],
  [
    { tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }] },
    'spec.tolerations[0].operator: Invalid value: "b": value must be empty when `operator` is \'Exists\'',
  ],
  [
    { tolerations: [{ value: 'b', tolerationSeconds: 1 }] },
    'spec.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    'spec.tolerations[0].effect: Invalid value: "": effect must be \'NoExecute\' when `tolerationSeconds` is set',
  ],
  [
    { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } } },
    'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term',
  ],
  [
    { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: '' }] } } },
    'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty',
    'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: "": name part must be non-empty',
    "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
  ],
  [
    { topologySpreadConstraints: [{ maxSkew: 0, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }] },
    'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
  ],
  [{ schedulingGates: [{ name: 'a' }, { name: 'a' }] }, 'spec.schedulingGates[1]: Duplicate value: "a"'],
  [
    { nodeName: 'n', schedulingGates: [{ name: 'a' }] },
    'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
  ],
  [
    { activeDeadlineSeconds: 0 },
    'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
  ],
  [
    { securityContext: { sysctls: [{ name: 'net.x', value: '1' }] }, hostNetwork: true },
    'spec.securityContext.sysctls[0].name: Invalid value: "net.x": may not be specified when \'hostNetwork\' is true',
  ],
  [{ os: { name: 'plan9' } }, 'spec.os: Unsupported value: "plan9": supported values: "linux", "windows"'],
  [{ os: { name: 'windows' }, hostPID: true }, 'spec.hostPID: Forbidden: cannot be set for a windows pod'],
  [{ hostUsers: false, hostPID: true }, 'spec.HostPID: Forbidden: when `hostUsers` is false'],
  [
    {
      resources: { limits: { cpu: '1' } },
      containers: [{ name: 'c', image: 'a', resources: { limits: { cpu: '2' } } }],
    },
    'spec.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    'spec.resources.containers[0][cpu].limits: Invalid value: "2": must be less than or equal to pod limits of 1',
  ],
  [
    { resourceClaims: [{ name: 'r' }] },
    'spec.resourceClaims[0]: Invalid value: {"name":"r"}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
  ],
  [
    { containers: [{ name: 'c', image: 'a', resources: { claims: [{ name: 'r' }] } }] },
    'spec.containers[0].resources.claims[0]: Not found: "r": must be one of the names in pod.spec.resourceClaims which is empty',
  ],
])

test('annotations that mean something are checked', () => {
  assert.deepEqual(pod({}, { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '1.5' } }), [
    'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "1.5": must be a 32bit integer',
  ])
})
