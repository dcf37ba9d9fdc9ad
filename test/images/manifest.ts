import { createHash } from 'node:crypto'
import type { Image } from './image.ts'

/** Bytes as a registry stores them, under their digest. */
export interface Blob {
  mediaType: string
  digest: string
  bytes: Uint8Array
}

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json'
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip'

/** The names Debian and Go have for one processor. */
const GO_ARCHITECTURES: Record<string, string> = { armhf: 'arm', i386: '386', ppc64el: 'ppc64le' }

/** What the registry calls `bytes`. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** A layer as it is stored, and the digest of its archive before compression. */
export interface Layer {
  blob: Blob
  diffId: string
}

/** A gzipped tar archive as a layer's blob. */
export function layerBlob(gzipped: Uint8Array): Blob {
  return { mediaType: LAYER_TYPE, digest: digestOf(gzipped), bytes: gzipped }
}

/** The image configuration of one tag. */
export function renderConfig(image: Image, tag: string, debianArchitecture: string, layers: Layer[]): Blob {
  return jsonBlob(CONFIG_TYPE, {
    architecture: GO_ARCHITECTURES[debianArchitecture] ?? debianArchitecture,
    os: 'linux',
    config: { ...image.config, Labels: { 'org.opencontainers.image.version': tag } },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  })
}

/** The manifest that joins a configuration and its layers, the lowest first. */
export function renderManifest(config: Blob, layers: Layer[]): Blob {
  return jsonBlob(MANIFEST_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: descriptor(config),
    layers: layers.map(({ blob }) => descriptor(blob)),
  })
}

function descriptor({ mediaType, digest, bytes }: Blob) {
  return { mediaType, digest, size: bytes.length }
}

function jsonBlob(mediaType: string, value: object): Blob {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  return { mediaType, digest: digestOf(bytes), bytes }
}
