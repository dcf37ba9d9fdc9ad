import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { printDetails, printReasons, violations } from './evaluate.ts'
import type { CheckedPod } from './pod-check.ts'
import type { Level, LevelVersion } from './policy.ts'

const pod = (spec: object = {}, annotations: Record<string, string> = {}): CheckedPod => ({
  metadata: { annotations },
  spec: { containers: [{ name: 'a' }], ...spec },
})

const containers = (...all: object[]) => all.map((each, i) => ({ name: 'abc'.charAt(i), ...each }))
const secured = (...contexts: object[]) => containers(...contexts.map((securityContext) => ({ securityContext })))

/** What the strictest level lets in. */
const GOOD = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
}
const good = (spec: object = {}, context: object = {}) =>
  pod({ containers: [{ name: 'a', securityContext: { ...GOOD, ...context } }], ...spec })

const details = (level: Level, object: CheckedPod, minor: LevelVersion['minor'] = 'latest') =>
  printDetails(violations({ level, minor }, object))

suite('baseline', () => {
  const cases: [object: CheckedPod, details: string, minor?: number][] = [
    [pod(), ''],
    [
      pod({ hostNetwork: true, hostPID: true, hostIPC: true }),
      'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)',
    ],
    [pod({ volumes: [{ name: 'v', hostPath: { path: '/' } }] }), 'hostPath volumes (volume "v")'],
    [
      pod({
        containers: containers({ ports: [{ hostPort: 80 }, { hostPort: 8080 }] }, { ports: [{ containerPort: 1 }] }),
      }),
      'hostPort (container "a" uses hostPorts 80, 8080)',
    ],
    [
      pod({ containers: containers({ ports: [{ hostPort: 80 }] }, { ports: [{ hostPort: 80 }] }) }),
      'hostPort (containers "a", "b" use hostPort 80)',
    ],
    [
      pod({
        containers: containers({
          livenessProbe: { httpGet: { host: 'example.com' } },
          lifecycle: { preStop: { tcpSocket: { host: '1.2.3.4' } } },
        }),
      }),
      'probe or lifecycle host (container "a" uses probe or lifecycle hosts "1.2.3.4", "example.com")',
    ],
    [pod({ containers: containers({ livenessProbe: { httpGet: { host: 'example.com' } } }) }), '', 33],
    [
      pod({
        initContainers: [{ name: 'i', securityContext: { privileged: true } }],
        containers: secured({ privileged: true }),
      }),
      'privileged (containers "i", "a" must not set securityContext.privileged=true)',
    ],
    [
      pod({ containers: secured({ capabilities: { add: ['NET_RAW', 'CHOWN', 'SYS_ADMIN'] } }) }),
      'non-default capabilities (container "a" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
    ],
    [
      pod({ containers: secured({ procMount: 'Unmasked' }) }),
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    ],
    [pod({ hostUsers: false, containers: secured({ procMount: 'Unmasked' }) }), ''],
    [
      pod({ hostUsers: false, containers: secured({ procMount: 'Unmasked' }) }),
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
      34,
    ],
    [
      pod({
        securityContext: { seLinuxOptions: { type: 'spc_t', user: 'u' } },
        containers: secured({ seLinuxOptions: { role: 'r' } }, { seLinuxOptions: { type: 'container_t' } }),
      }),
      'seLinuxOptions (pod and container "a" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set; role may not be set)',
    ],
    [pod({ securityContext: { seLinuxOptions: { type: 'container_engine_t' } } }), ''],
    [
      pod({ securityContext: { seLinuxOptions: { type: 'container_engine_t' } } }),
      'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "container_engine_t")',
      30,
    ],
    [
      pod({
        securityContext: { seccompProfile: { type: 'Unconfined' } },
        containers: secured({ seccompProfile: { type: 'Unconfined' } }),
      }),
      'seccompProfile (pod and container "a" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      pod({}, { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' }),
      'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")',
      18,
    ],
    [
      pod(
        { securityContext: { appArmorProfile: { type: 'Unconfined' } } },
        { 'container.apparmor.security.beta.kubernetes.io/a': 'unconfined' },
      ),
      'forbidden AppArmor profiles (pod and annotation must not set AppArmor profile type to "Unconfined", "container.apparmor.security.beta.kubernetes.io/a="unconfined"")',
    ],
    [pod({}, { 'container.apparmor.security.beta.kubernetes.io/a': 'localhost/x' }), ''],
    [
      pod({
        securityContext: {
          sysctls: [{ name: 'kernel.shm_rmid_forced' }, { name: 'kernel.msgmax' }, { name: 'net.ipv4.tcp_rmem' }],
        },
      }),
      'forbidden sysctls (kernel.msgmax)',
    ],
    [
      pod({
        securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem' }, { name: 'net.ipv4.ip_local_reserved_ports' }] },
      }),
      'forbidden sysctls (net.ipv4.tcp_rmem)',
      31,
    ],
    [
      pod({ securityContext: { windowsOptions: { hostProcess: true } } }),
      'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
    ],
  ]
  for (const [object, expected, minor] of cases) {
    test(`${expected || JSON.stringify(object.spec)}${minor ? `, in 1.${minor}` : ''}`, () => {
      assert.equal(details('baseline', object, minor), expected)
    })
  }
})

suite('restricted', () => {
  const cases: [object: CheckedPod, details: string, minor?: number][] = [
    [good(), ''],
    [
      pod(),
      'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false), ' +
        'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]), ' +
        'runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true), ' +
        'seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ],
    [pod(), 'runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)', 7],
    [
      good({}, { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE', 'CHOWN'] } }),
      'unrestricted capabilities (container "a" must not include "CHOWN" in securityContext.capabilities.add)',
    ],
    [
      good({ securityContext: { runAsNonRoot: false } }),
      'runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)',
    ],
    [good({}, { runAsUser: 0 }), 'runAsUser=0 (container "a" must not set runAsUser=0)'],
    [good({ hostUsers: false }, { runAsUser: 0, runAsNonRoot: false }), ''],
    [
      good({
        volumes: [
          { name: 'h', hostPath: { path: '/' } },
          { name: 'n', nfs: {} },
          { name: 'e', emptyDir: {} },
        ],
      }),
      'restricted volume types (volumes "h", "n" use restricted volume types "hostPath", "nfs")',
    ],
    [
      good({ hostUsers: false }, { procMount: 'Unmasked' }),
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      good({}, { seccompProfile: { type: 'Unconfined' } }),
      'seccompProfile (container "a" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [pod({ os: { name: 'windows' }, securityContext: { runAsNonRoot: true } }), ''],
    [
      good({ hostNetwork: true }, { runAsUser: 0 }),
      'host namespaces (hostNetwork=true), runAsUser=0 (container "a" must not set runAsUser=0)',
    ],
  ]
  for (const [object, expected, minor] of cases) {
    test(`${expected || JSON.stringify(object.spec)}${minor ? `, in 1.${minor}` : ''}`, () => {
      assert.equal(details('restricted', object, minor), expected)
    })
  }

  test('debug containers count', () => {
    const ephemeralContainers = [{ name: 'debug', image: 'x' }]
    assert.match(details('restricted', good({ ephemeralContainers })), /container "debug" must set/)
  })
})

test('the lowest level asks for nothing, and a version to come asks for what the newest does', () => {
  const bad = pod({ hostNetwork: true })
  assert.equal(details('privileged', bad), '')
  assert.equal(details('baseline', bad, 99), details('baseline', bad))
})

test('of many pods the reasons are enough', () => {
  const found = violations(
    { level: 'baseline', minor: 'latest' },
    pod({ hostNetwork: true, containers: secured({ privileged: true }) }),
  )
  assert.equal(printReasons(found), 'host namespaces, privileged')
})
