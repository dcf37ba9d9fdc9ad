import { Failure } from './failure.ts'

/** Throws a Failure unless this process may do what a node does: mounts, network devices, cgroups. */
export function requireRoot(command: string): void {
  if (process.getuid?.() !== 0) throw new Failure(`skiff ${command} must run as root: sudo skiff ${command}`)
}
