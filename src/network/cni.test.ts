import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderConflist } from './cni.ts'
import { renderMasquerade } from './masquerade.ts'

const network = { name: 'skiff-1a2b3c', podCIDR: '10.42.0.0/24', ipamDir: '/data/cni/ipam' }

test('pods join the bridge with an address of the node’s range', () => {
  assert.deepEqual(JSON.parse(renderConflist(network)), {
    cniVersion: '1.0.0',
    name: 'skiff-1a2b3c',
    plugins: [
      {
        type: 'bridge',
        bridge: 'skiff-1a2b3c',
        isDefaultGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: { type: 'host-local', dataDir: '/data/cni/ipam', ranges: [[{ subnet: '10.42.0.0/24' }]] },
      },
    ],
  })
})

test('only what leaves the pod range is masqueraded, and applying the script twice is applying it once', () => {
  assert.equal(
    renderMasquerade(network, '10.42.0.0/16'),
    `add table ip skiff-1a2b3c
delete table ip skiff-1a2b3c
table ip skiff-1a2b3c {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr 10.42.0.0/24 ip daddr != 10.42.0.0/16 masquerade
  }
}
`,
  )
})
