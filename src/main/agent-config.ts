import type { Registries } from '../kubelet/images/registries.ts'
import type { Layout } from './layout.ts'
import type { KeyPair } from './pki.ts'
import type { Settings } from './settings.ts'

/** All that an agent needs, as plain data: it stands in another thread. */
export interface AgentConfig {
  layout: Layout
  settings: Settings
  /** URL of the API server. */
  server: string
  ca: string
  kubelet: KeyPair
  nodeIp: string
  registries: Registries
  runtimeSocket: string
}

/** What an agent's thread is told: it loads its program at once, and works once there is a server to work with. */
export type AgentOrder = 'work' | 'stop'

/** What it says: the node's object shows how the node is now. */
export type AgentNews = 'started'
