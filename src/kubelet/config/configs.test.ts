import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { container, podOf } from '../test-pods.ts'
import { containerConfig } from './container-config.ts'
import { parseResolvConf, podDns } from './dns.ts'
import { podHostname, renderHosts } from './hosts-file.ts'
import { containerResources, cpuShares, oomScoreAdjust, podResources } from './resources.ts'
import { sandboxConfig } from './sandbox-config.ts'
import { containerSecurityContext } from './security-context.ts'

const GIB = 2 ** 30

suite('resources', () => {
  test('cpu is a weight and a quota, memory a limit', () => {
    const app = container('app', { resources: { requests: { cpu: '250m' }, limits: { cpu: '500m', memory: '128Mi' } } })
    const pod = podOf({ containers: [app], status: { qosClass: 'Burstable' } })
    assert.deepEqual(containerResources(pod, app, 8 * GIB), {
      cpuShares: 256,
      cpuQuota: 50_000,
      cpuPeriod: 100_000,
      memoryLimitInBytes: 128 * 2 ** 20,
      oomScoreAdj: 999,
    })
  })

  for (const [milliCpu, shares] of [
    [0, 2],
    [1, 2],
    [1000, 1024],
    [10_000_000, 262_144],
  ] as const) {
    test(`${milliCpu}m weighs ${shares}`, () => assert.equal(cpuShares(milliCpu), shares))
  }

  for (const [qosClass, memory, score] of [
    ['Guaranteed', '1Gi', -997],
    ['BestEffort', undefined, 1000],
    ['Burstable', '2Gi', 750],
    ['Burstable', '8Gi', 3],
    ['Burstable', undefined, 999],
  ] as const) {
    test(`${qosClass} with ${memory ?? 'no memory'} asked for is ended at ${score}`, () => {
      const app = container('app', memory ? { resources: { requests: { memory } } } : {})
      assert.equal(oomScoreAdjust(podOf({ containers: [app], status: { qosClass } }), app, 8 * GIB), score)
    })
  }

  test('a pod is limited as a whole only where each container is', () => {
    const limited = container('a', { resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } } })
    const open = container('b', { resources: { limits: { cpu: '1' }, requests: { cpu: '500m' } } })
    const pod = podOf({ containers: [limited, open], status: { qosClass: 'Burstable' } })
    assert.deepEqual(podResources(pod), { cpuShares: 1024, cpuQuota: 200_000, cpuPeriod: 100_000 })
  })
})

suite('names', () => {
  const host = { servers: ['192.0.2.53'], searches: ['example.com'], options: [] }

  test('the last search line of resolv.conf counts, and options of one name once', () => {
    const text =
      '# old\nsearch a.com\nnameserver 192.0.2.1\n search b.com . c.com.\noptions ndots:1 rotate\noptions ndots:2\n'
    assert.deepEqual(parseResolvConf(text), {
      servers: ['192.0.2.1'],
      searches: ['b.com', 'c.com'],
      options: ['ndots:2', 'rotate'],
    })
  })

  for (const [what, parts, clusterDNS, expected] of [
    ['a pod uses the DNS of the cluster', {}, ['10.96.0.10'], '10.96.0.10 default.svc.c,svc.c,c,example.com ndots:5'],
    ['or of the node where the cluster has none', {}, [], '192.0.2.53 example.com '],
    ['on the network of the node too', { hostNetwork: true }, ['10.96.0.10'], '192.0.2.53 example.com '],
    [
      'unless it asks for that of the cluster',
      { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
      ['10.96.0.10'],
      '10.96.0.10 default.svc.c,svc.c,c,example.com ndots:5',
    ],
    [
      'or brings its own',
      { dnsPolicy: 'None', dnsConfig: { nameservers: ['192.0.2.9'], options: [{ name: 'ndots', value: '3' }] } },
      ['10.96.0.10'],
      '192.0.2.9  ndots:3',
    ],
  ] as const) {
    test(what, () => {
      const pod = podOf(parts as Parameters<typeof podOf>[0])
      const { servers, searches, options } = podDns(pod, { clusterDNS, clusterDomain: 'c', host })
      assert.equal([servers.join(), searches.join(), options.join()].join(' '), expected)
    })
  }

  test('/etc/hosts holds the pod and its aliases', () => {
    const pod = podOf({ subdomain: 'sub', hostAliases: [{ ip: '192.0.2.7', hostnames: ['foo', 'bar'] }] })
    assert.equal(
      renderHosts(pod, { podIPs: ['10.0.0.5'], clusterDomain: 'c', hostFile: '' }),
      [
        '# Kubernetes-managed hosts file.',
        '127.0.0.1\tlocalhost',
        '::1\tlocalhost ip6-localhost ip6-loopback',
        'fe00::0\tip6-localnet',
        'fe00::0\tip6-mcastprefix',
        'fe00::1\tip6-allnodes',
        'fe00::2\tip6-allrouters',
        '10.0.0.5\tweb.sub.default.svc.c\tweb',
        '',
        '# Entries added by HostAliases.',
        '192.0.2.7\tfoo\tbar',
        '',
      ].join('\n'),
    )
  })

  test('a hostname has 63 characters at most and does not end in a dash', () => {
    const name = `${'a'.repeat(62)}-b`
    assert.equal(podHostname(podOf({ metadata: { name } }), 'c').hostname, 'a'.repeat(62))
  })
})

suite('the security of a container', () => {
  const contextOf = (pod: object, own: object, image = {}) => {
    const app = container('app', { securityContext: own })
    return containerSecurityContext(podOf({ containers: [app], securityContext: pod }), app, image)
  }

  test('its own settings go before the pod’s, and those before the image’s', () => {
    assert.deepEqual(contextOf({ runAsUser: 1, runAsGroup: 2 }, { runAsUser: 3 }, { uid: 4 }).runAsUser, { value: 3 })
    assert.deepEqual(contextOf({ runAsUser: 1 }, {}, { uid: 4 }).runAsUser, { value: 1 })
    assert.deepEqual(contextOf({}, {}, { uid: 4 }).runAsUser, { value: 4 })
    assert.deepEqual(contextOf({}, {}).runAsUser, { value: 0 })
    assert.equal(contextOf({}, {}, { username: 'www' }).runAsUsername, 'www')
  })

  test('groups, capabilities and what it may not do are passed on', () => {
    const context = contextOf(
      { fsGroup: 5, supplementalGroups: [6], seccompProfile: { type: 'RuntimeDefault' } },
      {
        capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] },
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
      },
    )
    assert.deepEqual(context.supplementalGroups, [5, 6])
    assert.deepEqual(context.capabilities, { addCapabilities: ['NET_ADMIN'], dropCapabilities: ['ALL'] })
    assert.deepEqual([context.noNewPrivs, context.readonlyRootfs], [true, true])
    assert.deepEqual(context.seccomp, { profileType: 'RuntimeDefault' })
  })

  for (const [pod, own, image, message] of [
    [{ runAsNonRoot: true }, {}, {}, /^container has runAsNonRoot and image will run as root \(pod: "web_default/],
    [{ runAsNonRoot: true }, { runAsUser: 0 }, { uid: 5 }, /^container's runAsUser breaks non-root policy/],
    [{}, { runAsNonRoot: true }, { username: 'www' }, /non-numeric user \(www\), cannot verify user is non-root/],
  ] as const) {
    test(`${JSON.stringify([pod, own, image])} is refused`, () =>
      assert.throws(() => contextOf(pod, own, image), { message }))
  }

  test('one that may be anyone but root runs', () => {
    assert.deepEqual(contextOf({ runAsNonRoot: true }, {}, { uid: 5 }).runAsUser, { value: 5 })
  })
})

test('a sandbox is told its name, its ports and its namespaces', () => {
  const pod = podOf({
    containers: [container('app', { ports: [{ containerPort: 80, hostPort: 8080 }] })],
    securityContext: { sysctls: [{ name: 'net/ipv4/ip_unprivileged_port_start', value: '0' }] },
    shareProcessNamespace: true,
  })
  const dns = { servers: [], searches: [], options: [] }
  const config = sandboxConfig(pod, { attempt: 2, logDirectory: '/logs', dns, clusterDomain: 'c', cluster: 'x' })
  assert.deepEqual(config.metadata, { name: 'web', namespace: 'default', uid: 'uid-1', attempt: 2 })
  assert.equal(config.hostname, 'web')
  assert.deepEqual(config.portMappings, [{ protocol: 'TCP', containerPort: 80, hostPort: 8080, hostIp: '' }])
  assert.deepEqual(config.linux.sysctls, { 'net.ipv4.ip_unprivileged_port_start': '0' })
  assert.deepEqual(config.linux.securityContext?.namespaceOptions, { network: 'POD', ipc: 'POD', pid: 'POD' })
  assert.equal(config.labels['io.kubernetes.pod.uid'], 'uid-1')
})

test('a container is told its command, with variables in it replaced', () => {
  const app = container('app', { command: ['run', '$(WHO)'], args: ['$$(WHO)', '$(NONE)'] })
  const config = containerConfig(podOf({ containers: [app] }), app, {
    restartCount: 3,
    backOffMs: 40_000,
    imageRef: 'sha256:1',
    imageUser: {},
    env: new Map([['WHO', 'me']]),
    mounts: [],
    memoryCapacityBytes: GIB,
  })
  assert.deepEqual(
    [config.command, config.args],
    [
      ['run', 'me'],
      ['$(WHO)', '$(NONE)'],
    ],
  )
  assert.equal(config.logPath, 'app/3.log')
  assert.equal(config.annotations['io.kubernetes.container.restartCount'], '3')
  assert.equal(config.annotations['skiff.dev/container.backOffMs'], '40000')
})
