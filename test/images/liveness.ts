import type { Image } from './image.ts'
import { nginx } from './nginx.ts'

/** How long /healthz answers well. */
const HEALTHY_SECONDS = 10

const SERVER = `#!/bin/sh
(sleep ${HEALTHY_SECONDS}; touch /tmp/unhealthy) &
exec nginx -g 'daemon off;'
`

const CONF = `server {
  listen 8080;
  listen [::]:8080;
  default_type text/plain;

  location = /healthz {
    if (-f /tmp/unhealthy) {
      return 500 "error: it ran for ${HEALTHY_SECONDS} seconds";
    }
    return 200 ok;
  }
}
`

/** A server that is healthy at first and then never again: what a liveness probe is for. */
export const liveness: Image = {
  name: 'docker.io/mirrorgooglecontainers/liveness',
  tags: ['latest'],
  base: nginx,
  packages: [],
  files: {
    'etc/nginx/conf.d/default.conf': { text: CONF },
    server: { text: SERVER, mode: 0o755 },
  },
  config: {
    ...nginx.config,
    Entrypoint: undefined,
    Cmd: ['/server'],
    ExposedPorts: { '8080/tcp': {} },
    StopSignal: 'SIGTERM',
  },
}
