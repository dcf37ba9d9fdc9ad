import type { Image } from './image.ts'

/** The container that holds a pod's namespaces. */
export const pause: Image = {
  name: 'registry.k8s.io/pause',
  tags: ['latest', '3.5', '3.6', '3.7', '3.8', '3.9', '3.10', '3.10.1'],
  packages: [],
  files: { pause: { compile: 'pause.c' } },
  config: { Entrypoint: ['/pause'], User: '65535:65535', Env: ['PATH=/usr/bin:/bin'] },
}
