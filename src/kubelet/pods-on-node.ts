import { CLUSTER_LABEL } from './config/sandbox-config.ts'
import { labelsOf } from './labels.ts'
import type { NodeDeps } from './node-deps.ts'

type Deps = Pick<NodeDeps, 'cri' | 'os' | 'paths' | 'node'>

/** The uids of the pods of which the cluster has something on this node: a sandbox, or files. */
export async function uidsOnNode({ cri, os, paths, node }: Deps): Promise<string[]> {
  const labelSelector = { [CLUSTER_LABEL]: node.clusterName }
  const [sandboxes, directories] = await Promise.all([cri.listPodSandbox({ labelSelector }), os.fs.list(paths.pods)])
  return [...new Set([...sandboxes.map(({ labels }) => labelsOf(labels).podUid), ...directories])]
}
