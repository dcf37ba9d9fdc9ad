import type { Blob } from './manifest.ts'
import { MANIFEST_TYPE } from './manifest.ts'

/** A repository of a registry that speaks the OCI distribution API over plain HTTP. */
export interface Repository {
  /** As in `http://127.0.0.1:5000`. */
  registry: string
  /** As in `docker.io/library/nginx`. */
  name: string
}

/** Uploads a blob unless the repository has it. */
export async function pushBlob(to: Repository, { digest, bytes }: Blob): Promise<void> {
  const blobs = `${to.registry}/v2/${to.name}/blobs`
  const seen = await fetch(`${blobs}/${digest}`, { method: 'HEAD' })
  if (seen.ok) return
  const begun = await expect(202, await fetch(`${blobs}/uploads/`, { method: 'POST' }))
  const upload = new URL(begun.headers.get('location') ?? '', blobs)
  upload.searchParams.set('digest', digest)
  const headers = { 'content-type': 'application/octet-stream' }
  await expect(201, await fetch(upload, { method: 'PUT', headers, body: Buffer.from(bytes) }))
}

/** Makes `tag` name this manifest; its blobs must be there. */
export async function pushManifest(to: Repository, tag: string, manifest: Blob): Promise<void> {
  const url = `${to.registry}/v2/${to.name}/manifests/${tag}`
  const headers = { 'content-type': MANIFEST_TYPE }
  await expect(201, await fetch(url, { method: 'PUT', headers, body: Buffer.from(manifest.bytes) }))
}

async function expect(status: number, response: Response): Promise<Response> {
  const text = await response.text()
  if (response.status === status) return response
  throw new Error(`${response.url} answered ${response.status} where ${status} was due: ${text}`)
}
