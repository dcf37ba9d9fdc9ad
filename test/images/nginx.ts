import { busybox, PATH } from './busybox.ts'
import type { Files, Image } from './image.ts'

const NGINX_CONF = `user nginx;
worker_processes 1;
pid /run/nginx.pid;

events {
  worker_connections 1024;
}

http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log /var/log/nginx/access.log combined;
  error_log /var/log/nginx/error.log notice;
  sendfile on;
  keepalive_timeout 65;
  include /etc/nginx/conf.d/*.conf;
}
`

const DEFAULT_CONF = `server {
  listen 80;
  listen [::]:80;
  server_name localhost;

  location / {
    root /usr/share/nginx/html;
    index index.html index.htm;
  }

  error_page 500 502 503 504 /50x.html;
  location = /50x.html {
    root /usr/share/nginx/html;
  }
}
`

const ERROR_PAGE = `<!DOCTYPE html>
<html><head><title>Error</title></head><body><h1>An error occurred.</h1></body></html>
`

const FILES: Files = {
  'docker-entrypoint.sh': { text: '#!/bin/sh\nexec "$@"\n', mode: 0o755 },
  'etc/nginx/conf.d/default.conf': { text: DEFAULT_CONF },
  'etc/nginx/nginx.conf': { text: NGINX_CONF },
  run: { directory: { mode: 0o755 } },
  'usr/share/nginx/html/50x.html': { text: ERROR_PAGE },
  'var/log/nginx/access.log': { link: '/dev/stdout' },
  'var/log/nginx/error.log': { link: '/dev/stderr' },
}

/** Those that manifests in books and on the web name most. */
const VERSIONS = `latest stable mainline alpine stable-alpine 1 1-alpine 1.7.9 1.8 1.9 1.9.1 1.10 1.11 1.12 1.13 1.14 1.14.0
1.14.1 1.14.2 1.14-alpine 1.15 1.15.4 1.16 1.16.0 1.16.1 1.17 1.17.1 1.17.9 1.18 1.18.0 1.19 1.19.0 1.20 1.20.2 1.21
1.21.6 1.22 1.23 1.24 1.25 1.26 1.27 1.28 1.29`

/** The web server as Docker Hub's image lays it out: paths, entrypoint and signals are those that manifests rely on. */
export const nginx: Image = {
  name: 'docker.io/library/nginx',
  tags: VERSIONS.split(/\s+/),
  base: busybox,
  // With bash, since people ask `kubectl exec` for it.
  packages: ['bash', 'libcrypt1', 'libpcre2-8-0', 'libssl3', 'libtinfo6', 'nginx', 'nginx-common', 'zlib1g'],
  files: FILES,
  config: {
    Entrypoint: ['/docker-entrypoint.sh'],
    Cmd: ['nginx', '-g', 'daemon off;'],
    Env: [PATH],
    ExposedPorts: { '80/tcp': {} },
    StopSignal: 'SIGQUIT',
  },
}
