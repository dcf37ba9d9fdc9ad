import { busybox, PATH } from './busybox.ts'
import type { Image } from './image.ts'

/** Uses CPU and memory as it is told: what limits are tried with. */
export const stress: Image = {
  name: 'docker.io/polinux/stress',
  tags: ['latest'],
  base: busybox,
  packages: ['stress'],
  files: {},
  config: { Cmd: ['stress', '--help'], Env: [PATH] },
}
