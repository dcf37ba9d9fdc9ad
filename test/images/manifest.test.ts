import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Image } from './image.ts'
import type { Blob } from './manifest.ts'
import { digestOf, layerBlob, renderConfig, renderManifest } from './manifest.ts'

const image: Image = {
  name: 'docker.io/library/app',
  tags: ['1', '2'],
  packages: [],
  files: {},
  config: { Entrypoint: ['/app'], Cmd: undefined, StopSignal: 'SIGQUIT' },
}
const layer = { blob: layerBlob(new TextEncoder().encode('abc')), diffId: 'sha256:d1ff' }
const json = (blob: Blob) => JSON.parse(new TextDecoder().decode(blob.bytes))

test('a digest is SHA-256 in hex', () => {
  assert.equal(digestOf(new Uint8Array()), 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
})

test('a configuration says how to start and what the layers are', () => {
  assert.deepEqual(json(renderConfig(image, '1', 'amd64', [layer])), {
    architecture: 'amd64',
    os: 'linux',
    config: { Entrypoint: ['/app'], StopSignal: 'SIGQUIT', Labels: { 'org.opencontainers.image.version': '1' } },
    rootfs: { type: 'layers', diff_ids: ['sha256:d1ff'] },
  })
  assert.equal(json(renderConfig(image, '1', 'armhf', [])).architecture, 'arm')
})

test('each tag is another image', () => {
  const digests = image.tags.map((tag) => renderManifest(renderConfig(image, tag, 'amd64', [layer]), [layer]).digest)
  assert.equal(new Set(digests).size, 2)
})

test('a manifest names its blobs with their sizes', () => {
  const config = renderConfig(image, '1', 'amd64', [layer])
  const manifest = json(renderManifest(config, [layer]))
  assert.deepEqual(manifest.config, {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: config.digest,
    size: config.bytes.length,
  })
  assert.deepEqual(manifest.layers, [
    {
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      size: 3,
    },
  ])
})
