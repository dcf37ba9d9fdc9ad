import type { Image } from './image.ts'
import { nginx } from './nginx.ts'

const answer = (version: string) => `server {
  listen 8080;
  listen [::]:8080;
  default_type text/plain;
  return 200 "Hello, world!\\nVersion: ${version}\\nHostname: $hostname\\n";
}
`

/** Answers with its version and host name, so one sees which pod was asked. */
function helloApp(tag: string, version: string): Image {
  return {
    name: 'gcr.io/google-samples/hello-app',
    tags: [tag],
    base: nginx,
    packages: [],
    files: { 'etc/nginx/conf.d/default.conf': { text: answer(version) } },
    config: { ...nginx.config, ExposedPorts: { '8080/tcp': {} }, StopSignal: 'SIGTERM' },
  }
}

export const helloApp1 = helloApp('1.0', '1.0.0')
export const helloApp2 = helloApp('2.0', '2.0.0')
