import { createServer } from 'node:net'
import { checkSocket } from './containerd.ts'
import { codeOf, Failure, messageOf } from './failure.ts'
import { install, missing } from './prerequisites.ts'
import type { Report } from './progress.ts'
import type { Settings } from './settings.ts'

/** Makes sure that this host can run the cluster, bringing what it lacks; throws a Failure that says what is in the way. */
export async function checkHost(settings: Settings, report: Report): Promise<void> {
  if (settings.containerRuntimeEndpoint) checkSocket(settings.containerRuntimeEndpoint)
  await checkPort(settings)
  const wanted = missing(!settings.containerRuntimeEndpoint)
  if (wanted.length > 0)
    await report.step(`Installing ${wanted.map(({ what }) => what).join(', ')}`, () => install(wanted))
}

/** Listens once, so that a port in use is named before anything has been started. */
function checkPort({ bindAddress, apiPort }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', (error) => reject(portFailure(error, bindAddress, apiPort)))
    probe.listen(apiPort, bindAddress, () => probe.close(() => resolve()))
  })
}

export function portFailure(error: Error, address: string, port: number): Failure {
  const code = codeOf(error)
  if (code === 'EADDRINUSE')
    return new Failure(`port ${port} is in use by another program; stop that, or choose another port with --api-port`)
  if (code === 'EADDRNOTAVAIL')
    return new Failure(
      `--bind-address ${address} is not an address of this machine; ip address show lists those that are`,
    )
  return new Failure(`cannot listen on ${address} port ${port}: ${messageOf(error)}`)
}
