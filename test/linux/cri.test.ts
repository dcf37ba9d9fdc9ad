import { after, before, suite } from 'node:test'
import { criConformance } from '../../src/kubelet/cri/conformance.ts'
import { sleep, systemClock } from '../../src/std/clock.ts'
import { skipReason, testRegistries } from './harness.ts'
import { type OwnContainerd, startOwnContainerd } from './own-containerd.ts'

const WAIT_MS = 30_000

suite('a real containerd', { skip: skipReason }, () => {
  let containerd: OwnContainerd
  before(async () => {
    containerd = await startOwnContainerd(testRegistries(), '10.199.77.0/24')
  })
  after(() => containerd[Symbol.asyncDispose]())

  criConformance('containerd', async () => ({
    cri: containerd.cri,
    image: 'docker.io/library/busybox:1.28',
    missingImage: 'docker.io/library/nonexistent:1',
    logDirectory: `${containerd.dir}/logs`,
    cgroupParent: containerd.cgroup,
    async until(condition) {
      for (const end = systemClock.monotonic() + WAIT_MS; systemClock.monotonic() < end; ) {
        if (await condition()) return
        await sleep(systemClock, 20)
      }
      throw new Error('it did not come to that in thirty seconds')
    },
  }))
})
