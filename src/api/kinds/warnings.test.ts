import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { clone } from '../equal.ts'
import type { Kind } from '../kind.ts'
import type { KubeObject } from '../meta.ts'
import { warnings as newWarnings } from '../warnings.ts'
import { ValidatingWebhookConfiguration } from './admissionregistration/validating-webhook-configuration.ts'
import { DaemonSet } from './apps/daemon-set.ts'
import { Deployment } from './apps/deployment.ts'
import { StatefulSet } from './apps/stateful-set.ts'
import { CronJob } from './batch/cron-job.ts'
import { Job } from './batch/job.ts'
import { Endpoints } from './core/endpoints.ts'
import { Node } from './core/node.ts'
import { PersistentVolumeClaim } from './core/persistent-volume-claim.ts'
import { PersistentVolume } from './core/persistent-volume.ts'
import { PodTemplate } from './core/pod-template.ts'
import { Pod } from './core/pod.ts'
import { ReplicationController } from './core/replication-controller.ts'
import { Secret } from './core/secret.ts'
import { ServiceAccount } from './core/service-account.ts'
import { Service } from './core/service.ts'
import { EndpointSlice } from './discovery/endpoint-slice.ts'
import { Ingress } from './networking/ingress.ts'
import { NetworkPolicy } from './networking/network-policy.ts'
import { RuntimeClass } from './node/runtime-class.ts'
import { createWarnings, made, updateWarnings } from './problems.ts'
import { CSIDriver } from './storage/csi-driver.ts'
import { CSIStorageCapacity } from './storage/csi-storage-capacity.ts'
import { StorageClass } from './storage/storage-class.ts'

/** A test for each sketch of a new object: all that a client is told of it. */
function told<T extends KubeObject>(kind: Kind<T>, table: [sketch: object, ...texts: string[]][]): void {
  for (const [sketch, ...texts] of table) {
    test(`of a new ${kind.kind} ${JSON.stringify(sketch).slice(0, 110)}`, () =>
      assert.deepEqual(createWarnings(kind, sketch), texts))
  }
}

const container = (more: object = {}) => ({ name: 'main', image: 'a', ...more })
const pod = (spec: object, metadata: object = {}) => ({ metadata, spec: { containers: [container()], ...spec } })
const ported = (...ports: object[]) => pod({ containers: [container({ ports })] })
const volume = (source: object) => pod({ volumes: [{ name: 'v', ...source }] })
const env = (...variables: [name: string, value: string][]) =>
  pod({ containers: [container({ env: variables.map(([name, value]) => ({ name, value })) })] })

suite('pods', () => {
  told(Pod, [
    [pod({})],
    [
      pod({}, { name: 'a.b' }),
      "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
    ],
    [
      pod({ nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }),
      'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
    ],
    [
      pod({
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: 'node-role.kubernetes.io/master', operator: 'Exists' }] },
              ],
            },
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'In', values: ['b', '-c-'] }] } },
            ],
          },
          podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a' }] },
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'a' } }],
          },
        },
      }),
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: node-role.kubernetes.io/master is use "node-role.kubernetes.io/control-plane" instead',
      "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].values[1]: -c- is invalid, a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: a null labelSelector results in matching no pod',
      'spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: a null labelSelector results in matching no pod',
    ],
    [
      pod({ topologySpreadConstraints: [{ topologyKey: 'failure-domain.beta.kubernetes.io/zone' }] }),
      'spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
      'spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod',
    ],
    [
      pod({}, { annotations: { 'scheduler.alpha.kubernetes.io/critical-pod': '' } }),
      'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
    ],
    [
      pod(
        { securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } },
        {
          annotations: {
            'seccomp.security.alpha.kubernetes.io/pod': 'unconfined',
            'container.seccomp.security.alpha.kubernetes.io/main': 'unconfined',
            'container.apparmor.security.beta.kubernetes.io/main': 'unconfined',
          },
        },
      ),
      'metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
      'metadata.annotations[container.seccomp.security.alpha.kubernetes.io/main]: non-functional in v1.27+; use the "seccompProfile" field instead',
      'metadata.annotations[container.apparmor.security.beta.kubernetes.io/main]: deprecated since v1.30; use the "appArmorProfile" field instead',
    ],
    [
      pod(
        { securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: 'mine' } } },
        { annotations: { 'container.apparmor.security.beta.kubernetes.io/main': 'localhost/mine' } },
      ),
    ],
    [
      pod({
        hostAliases: [{ ip: '10.0.0.1' }, { ip: '10.0.0.1' }, { ip: '010.0.0.1' }],
        imagePullSecrets: [{ name: 'a' }, { name: 'a' }, {}],
        terminationGracePeriodSeconds: -1,
        dnsConfig: { nameservers: ['FD00::1'] },
        overhead: { memory: '100m' },
      }),
      'spec.hostAliases[1].ip: duplicate ip "10.0.0.1"',
      'spec.imagePullSecrets[1].name: duplicate name "a"',
      'spec.imagePullSecrets[2].name: invalid empty name ""',
      'spec.overhead[memory]: fractional byte value "100m" is invalid, must be an integer',
      'spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
      'spec.dnsConfig.nameservers[0]: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")',
      'spec.hostAliases[2].ip: non-standard IP address "010.0.0.1" is invalid: use "10.0.0.1"',
    ],
  ])
  test('an update is not warned of', () => {
    const old = made(Pod, pod({}))
    assert.deepEqual(
      updateWarnings(Pod, old, {
        ...clone(old),
        spec: { ...old.spec, nodeSelector: { 'beta.kubernetes.io/os': 'a' } },
      }),
      [],
    )
  })
})

suite('containers', () => {
  told(Pod, [
    [
      pod({
        containers: [
          container({
            resources: { limits: { memory: '1500m' }, requests: { memory: 1, 'ephemeral-storage': '0.5' } },
          }),
        ],
      }),
      'spec.containers[0].resources.limits[memory]: fractional byte value "1500m" is invalid, must be an integer',
      'spec.containers[0].resources.requests[ephemeral-storage]: fractional byte value "500m" is invalid, must be an integer',
    ],
    [env(['A', '1'], ['B', '1'], ['A', '$(A)2'])],
    [
      env(['A', '1'], ['A', '2']),
      'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
    ],
    [
      env(['A', '1'], ['A', '$(A)']),
      'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
    ],
    [ported({ containerPort: 80, name: 'web' }, { containerPort: 80, protocol: 'UDP', name: 'dns' })],
    [
      ported({ containerPort: 80 }, { containerPort: 80 }),
      'spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]',
    ],
    [
      ported({ containerPort: 80, hostPort: 8080 }, { containerPort: 80 }),
      'spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]',
    ],
    [
      ported({ containerPort: 80, hostPort: 8080 }, { containerPort: 80, hostPort: 8080, hostIP: '10.0.0.1' }),
      'spec.containers[0].ports[1]: dangerously ambiguous port definition with spec.containers[0].ports[0]',
    ],
    [
      ported({ containerPort: 80, hostIP: '10.0.0.1' }),
      'spec.containers[0].ports[0]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:80 Protocol:TCP HostIP:10.0.0.1}',
    ],
    [
      pod({
        initContainers: [{ name: 'first', image: 'a', ports: [{ containerPort: 1, name: 'p' }] }],
        containers: [container({ ports: [{ containerPort: 2, name: 'p' }] })],
      }),
      'spec.containers[0].ports[0]: duplicate port name "p" with spec.initContainers[0].ports[0], services and probes that select ports by name will use spec.initContainers[0].ports[0]',
    ],
  ])
})

suite('volumes', () => {
  const items = (...paths: string[]) => paths.map((path) => ({ key: 'a', path }))
  told(Pod, [
    [
      volume({ gitRepo: { repository: 'a' } }),
      'spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+',
    ],
    [volume({ storageos: {} }), 'spec.volumes[0].storageOS: deprecated in v1.22, non-functional in v1.25+'],
    [
      volume({ ephemeral: { volumeClaimTemplate: { spec: { resources: { requests: { storage: '1m' } } } } } }),
      'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources.requests[storage]: fractional byte value "1m" is invalid, must be an integer',
    ],
    [volume({ configMap: { name: 'c', items: items('a', 'ab', 'b/c') } })],
    [
      volume({ configMap: { name: 'c', items: items('a', 'a/b/', 'a/b') } }),
      'volume "v" (ConfigMap "c"): overlapping paths: "a/b" with "a"',
      'volume "v" (ConfigMap "c"): overlapping paths: "a/b" with "a"',
      'volume "v" (ConfigMap "c"): overlapping paths: "a/b" with "a/b"',
    ],
    [
      volume({ secret: { secretName: 's', items: items('a/b', 'a') } }),
      'volume "v" (Secret "s"): overlapping paths: "a" with "a/b"',
    ],
    [
      volume({
        projected: {
          sources: [
            {},
            { configMap: { name: 'c', items: items('token') } },
            { serviceAccountToken: { path: 'token' } },
            { clusterTrustBundle: { signerName: 'x/y', path: 'token/ca' } },
          ],
        },
      }),
      'volume "v" (Projected) has no sources provided',
      'volume "v" (Projected): overlapping paths: "token" (ServiceAccountToken) with "token" (ConfigMap "c")',
      'volume "v" (Projected): overlapping paths: "token/ca" (ClusterTrustBundle "x/y") with "token" (ConfigMap "c")',
      'volume "v" (Projected): overlapping paths: "token/ca" (ClusterTrustBundle "x/y") with "token" (ServiceAccountToken)',
    ],
  ])
  told(PersistentVolume, [
    [
      {
        metadata: { annotations: { 'volume.beta.kubernetes.io/mount-options': 'ro' } },
        spec: { persistentVolumeReclaimPolicy: 'Recycle', rbd: { image: 'a', monitors: [] } },
      },
      'metadata.annotations[volume.beta.kubernetes.io/mount-options]: deprecated since v1.31; use "mountOptions" attribute instead',
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
      'spec.rbd: deprecated in v1.28, non-functional in v1.31+',
    ],
  ])
  told(PersistentVolumeClaim, [
    [
      {
        metadata: { annotations: { 'volume.beta.kubernetes.io/storage-class': 'a' } },
        spec: { resources: { requests: { storage: '0.5' } } },
      },
      'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
      'spec.resources.requests[storage]: fractional byte value "500m" is invalid, must be an integer',
    ],
  ])
})

const OLD_OS = { nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }
const oldOs = (path: string) =>
  `${path}.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead`
const template = { spec: OLD_OS }
const NAME = 'which can result in surprising behavior; a DNS label is recommended: [must not contain dots]'

suite('workloads', () => {
  for (const kind of [Deployment, ReplicationController] as Kind[]) {
    told(kind, [
      [
        { metadata: { name: 'a.b' }, spec: { template } },
        `metadata.name: this is used in Pod names and hostnames, ${NAME}`,
        oldOs('spec.template'),
      ],
    ])
  }
  told(DaemonSet, [[{ metadata: { name: 'a.b' }, spec: { template } }, oldOs('spec.template')]])
  told(PodTemplate, [[{ template }, oldOs('template')]])
  told(StatefulSet, [
    [
      {
        spec: {
          template,
          revisionHistoryLimit: -1,
          volumeClaimTemplates: [{ spec: { resources: { limits: { storage: '1m' } } } }],
        },
      },
      oldOs('spec.template'),
      'spec.volumeClaimTemplates[0].resources.limits[storage]: fractional byte value "1m" is invalid, must be an integer',
      'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
    ],
  ])
  told(Job, [
    [
      { spec: { template, completionMode: 'Indexed', completions: 100_001, parallelism: 10_001 } },
      'spec: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail',
      oldOs('spec.template'),
    ],
  ])
  told(CronJob, [
    [{ spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } } }, oldOs('spec.jobTemplate.spec.template')],
  ])

  test('the template is warned of again when it changes', () => {
    const old = made(Deployment, { spec: { template } })
    const next = clone(old)
    next.metadata.generation = 2
    assert.deepEqual(updateWarnings(Deployment, old, next), [oldOs('spec.template')])
    assert.deepEqual(updateWarnings(Deployment, old, clone(old)), [])
    const set = made(DaemonSet, { spec: { template: {} } })
    const changed = made(DaemonSet, { spec: { template } })
    assert.deepEqual(updateWarnings(DaemonSet, set, changed), [oldOs('spec.template')])
    assert.deepEqual(updateWarnings(DaemonSet, changed, changed), [])
  })
})

suite('services and what leads to them', () => {
  told(Service, [
    [{ spec: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'] } }],
    [
      {
        metadata: { annotations: { 'service.kubernetes.io/topology-aware-hints': 'auto' } },
        spec: { trafficDistribution: 'PreferClose' },
      },
      'annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead',
      'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
    ],
    [
      { spec: { clusterIP: 'None', loadBalancerIP: '1.2.3.4', externalIPs: ['1.2.3.4'], sessionAffinity: 'ClientIP' } },
      'spec.loadBalancerIP is ignored for headless services',
      'spec.externalIPs is ignored for headless services',
      'spec.SessionAffinity is ignored for headless services',
    ],
    [
      { spec: { externalIPs: ['1.2.3.4'], externalName: 'a', loadBalancerSourceRanges: ['10.0.0.1/8', 'FD00::/64'] } },
      'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
      'spec.loadBalancerSourceRanges[0]: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)',
      'spec.loadBalancerSourceRanges[1]: IPv6 CIDR value "FD00::/64" should be in RFC 5952 canonical format ("fd00::/64")',
      'spec.externalName is ignored when spec.type is not "ExternalName"',
    ],
    [
      { spec: { type: 'ExternalName', externalName: 'a', externalIPs: ['1.2.3.4'] } },
      'spec.externalIPs is ignored when spec.type is "ExternalName"',
    ],
  ])
  const subsets = [{ addresses: [{ ip: '::ffff:10.0.0.1' }] }]
  told(Endpoints, [
    [{ subsets }, 'subsets[0].addresses[0].ip: non-standard IP address "::ffff:10.0.0.1" is invalid: use "10.0.0.1"'],
    [{ metadata: { labels: { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' } }, subsets }],
  ])
  told(EndpointSlice, [
    [{ addressType: 'FQDN', endpoints: [] }, 'spec.addressType: FQDN endpoints are deprecated'],
    [
      { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.01'] }] },
      'endpoints[0].addresses[0]: non-standard IP address "10.0.0.01" is invalid: use "10.0.0.1"',
    ],
  ])
  told(Ingress, [
    [
      { metadata: { annotations: { 'kubernetes.io/ingress.class': 'a' } } },
      `annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`,
    ],
  ])
  told(NetworkPolicy, [
    [
      { spec: { ingress: [{ from: [{ ipBlock: { cidr: '::ffff:10.0.0.0/104', except: ['010.0.0.0/16'] } }] }] } },
      'spec.ingress[0].from[0].ipBlock.cidr: non-standard CIDR value "::ffff:10.0.0.0/104" is invalid: use "10.0.0.0/8"',
      'spec.ingress[0].from[0].ipBlock.except[0]: non-standard CIDR value "010.0.0.0/16" is invalid: use "10.0.0.0/16"',
    ],
  ])

  test('the addresses of a load balancer, and of a pod', () => {
    const warn = newWarnings()
    Service.statusWarnings?.(
      { ...made(Service, {}), status: { loadBalancer: { ingress: [{ ip: '01.2.3.4' }] } } },
      warn,
    )
    Pod.statusWarnings?.({ ...made(Pod, pod({})), status: { podIPs: [{ ip: 'FD00::1' }] } }, warn)
    assert.deepEqual(warn.texts, [
      'status.loadBalancer.ingress[0]: non-standard IP address "01.2.3.4" is invalid: use "1.2.3.4"',
      'status.podIPs[0].ip: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")',
    ])
  })
})

suite('other kinds', () => {
  const expressions = [{ key: 'beta.kubernetes.io/arch', values: ['a'] }]
  told(Node, [
    [
      { spec: { externalID: 'a', configSource: {}, podCIDRs: ['10.0.0.1/24'] } },
      'spec.configSource: the feature is removed',
      'spec.externalID: this field is deprecated, and is unused by Kubernetes',
      'spec.podCIDRs[0]: CIDR value "10.0.0.1/24" is ambiguous in this context (should be "10.0.0.0/24" or "10.0.0.1/32"?)',
    ],
  ])
  told(RuntimeClass, [
    [{ scheduling: OLD_OS }, 'scheduling.nodeSelector: deprecated since v1.14; use "kubernetes.io/os" instead'],
  ])
  told(StorageClass, [
    [
      { allowedTopologies: [{ matchLabelExpressions: expressions }] },
      'allowedTopologies[0].matchLabelExpressions[0].key: deprecated since v1.14; use "kubernetes.io/arch" instead',
    ],
  ])
  told(CSIStorageCapacity, [
    [
      { nodeTopology: { matchLabels: { 'beta.kubernetes.io/os': 'a' }, matchExpressions: expressions } },
      'nodeTopology.matchExpressions[0].key: beta.kubernetes.io/arch is deprecated since v1.14; use "kubernetes.io/arch" instead',
      'nodeTopology.matchLabels.beta.kubernetes.io/os: deprecated since v1.14; use "kubernetes.io/os" instead',
    ],
  ])
  told(CSIDriver, [
    [
      { spec: { tokenRequests: [{ audience: 'a' }] } },
      'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes',
    ],
    [{ spec: { tokenRequests: [{ audience: 'a' }], serviceAccountTokenInSecrets: true } }],
  ])
  told(ServiceAccount, [
    [
      { metadata: { annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } } },
      'metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets',
    ],
  ])
  told(ValidatingWebhookConfiguration, [
    [
      { metadata: { name: 'a.static.k8s.io' } },
      'metadata.name: names ending with ".static.k8s.io" are reserved for static manifest-based configurations and cannot be managed via the API',
    ],
  ])
  const pem = (type: string) => Buffer.from(`-----BEGIN ${type}-----\nYQ==\n-----END ${type}-----\n`).toString('base64')
  const tls = (certificate: string, key: string) => ({
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': certificate, 'tls.key': key },
  })
  told(Secret, [
    [{ data: { 'tls.crt': '' } }],
    [tls('', ''), 'tls: failed to find any PEM data in certificate input'],
    [
      tls(pem('PRIVATE KEY'), ''),
      'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
    ],
    [
      tls(pem('CERTIFICATE'), pem('CERTIFICATE')),
      'tls: found a certificate rather than a key in the PEM for the private key',
    ],
    [tls(pem('CERTIFICATE'), pem('EC PRIVATE KEY')), 'x509: malformed certificate'],
  ])
})
