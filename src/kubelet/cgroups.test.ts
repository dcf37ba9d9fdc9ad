import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseMountInfo } from '../os/mount.ts'
import { cgroupLayout, cpuWeight, planCgroup, podCgroup } from './cgroups.ts'
import { podOf } from './test-pods.ts'

const line = (mountPoint: string, type: string, options: string) =>
  `30 24 0:26 / ${mountPoint} rw,nosuid - ${type} ${type} rw,${options}`

const V1 = [
  line('/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'cpu,cpuacct'),
  line('/sys/fs/cgroup/memory', 'cgroup', 'memory'),
]
const HYBRID = [...V1, line('/sys/fs/cgroup/unified', 'cgroup2', '')]
const V2 = [line('/sys/fs/cgroup', 'cgroup2', 'nsdelegate')]
const layoutOf = (lines: string[]) => cgroupLayout(parseMountInfo(lines.join('\n')))

suite('where cgroups are', () => {
  test('a tree for each controller, also where there is a unified one beside them', () => {
    for (const lines of [V1, HYBRID]) {
      const layout = layoutOf(lines)
      assert.equal(layout?.version, 1)
      assert.deepEqual(layout?.version === 1 && [...layout.controllers], [
        ['cpu', '/sys/fs/cgroup/cpu,cpuacct'],
        ['memory', '/sys/fs/cgroup/memory'],
      ])
    }
  })

  test('one tree for all', () => assert.deepEqual(layoutOf(V2), { version: 2, root: '/sys/fs/cgroup' }))
  test('nowhere', () => assert.equal(layoutOf([line('/', 'ext4', '')]), undefined))
})

suite('the cgroup of a pod', () => {
  const resources = { cpuShares: 512, cpuQuota: 50_000, cpuPeriod: 100_000, memoryLimitInBytes: 1000 }

  test('stands under its class', () => {
    for (const [qosClass, path] of [
      ['Guaranteed', '/skiff/kubepods/poduid-1'],
      ['Burstable', '/skiff/kubepods/burstable/poduid-1'],
      ['BestEffort', '/skiff/kubepods/besteffort/poduid-1'],
    ] as const) {
      assert.equal(podCgroup('skiff', podOf({ status: { qosClass } })), path)
    }
  })

  test('in version 1 is a directory in each tree', () => {
    const layout = layoutOf(V1)
    assert.ok(layout)
    assert.deepEqual(planCgroup(layout, '/c/pod', resources), {
      directories: [
        '/sys/fs/cgroup/cpu,cpuacct/c',
        '/sys/fs/cgroup/cpu,cpuacct/c/pod',
        '/sys/fs/cgroup/memory/c',
        '/sys/fs/cgroup/memory/c/pod',
      ],
      writes: [
        { file: '/sys/fs/cgroup/cpu,cpuacct/c/pod/cpu.shares', value: '512' },
        { file: '/sys/fs/cgroup/cpu,cpuacct/c/pod/cpu.cfs_period_us', value: '100000' },
        { file: '/sys/fs/cgroup/cpu,cpuacct/c/pod/cpu.cfs_quota_us', value: '50000' },
        { file: '/sys/fs/cgroup/memory/c/pod/memory.limit_in_bytes', value: '1000' },
      ],
    })
  })

  test('in version 2 gets its controllers from those above it', () => {
    const layout = layoutOf(V2)
    assert.ok(layout)
    const { directories, writes } = planCgroup(layout, '/c/pod', resources)
    assert.deepEqual(directories, ['/sys/fs/cgroup/c', '/sys/fs/cgroup/c/pod'])
    const own = writes.filter(({ file }) => !file.endsWith('subtree_control'))
    assert.deepEqual(own, [
      { file: '/sys/fs/cgroup/c/pod/cpu.weight', value: '20' },
      { file: '/sys/fs/cgroup/c/pod/cpu.max', value: '50000 100000' },
      { file: '/sys/fs/cgroup/c/pod/memory.max', value: '1000' },
    ])
    const handed = writes.filter(({ value }) => value === '+memory').map(({ file }) => file)
    assert.deepEqual(handed, ['/sys/fs/cgroup/cgroup.subtree_control', '/sys/fs/cgroup/c/cgroup.subtree_control'])
  })

  test('weights span what shares do', () => assert.deepEqual([2, 1024, 262_144].map(cpuWeight), [1, 39, 10_000]))
})
