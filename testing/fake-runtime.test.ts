import { criConformance } from '../src/kubelet/cri/conformance.ts'
import { fakeRuntime } from './fake-runtime.ts'
import { virtualClock } from './virtual-clock.ts'

criConformance('the fake runtime', async () => {
  const clock = virtualClock()
  return {
    cri: fakeRuntime({ clock }),
    image: 'busybox:1.28',
    missingImage: 'nonexistent:latest',
    logDirectory: '/logs',
    cgroupParent: '/test',
    async until(condition) {
      for (let i = 0; i < 100; i++) {
        if (await condition()) return
        await clock.advance(100)
      }
      throw new Error('it did not come to that in ten seconds')
    },
  }
})
