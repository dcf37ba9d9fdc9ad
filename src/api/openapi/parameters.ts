import { assert } from '../../std/assert.ts'

/** A parameter of a path or a query. */
export interface Parameter {
  type: 'string' | 'integer' | 'boolean'
  description: string
}

const text = (description: string): Parameter => ({ type: 'string', description })
const count = (description: string): Parameter => ({ type: 'integer', description })
const flag = (description: string): Parameter => ({ type: 'boolean', description })

/** Parameters that stand in the path. */
const PATH_PARAMETERS: Readonly<Record<string, Parameter>> = {
  name: text('The name of the object.'),
  namespace: text('The namespace of the object.'),
  path: text('The path to ask what is proxied for.'),
}

/** Parameters that any path takes. */
export const COMMON_PARAMETERS: Readonly<Record<string, Parameter>> = {
  pretty: text('"true" asks for an answer that is easy to read.'),
}

/** Parameters that stand in the query, by name. */
export const QUERY_PARAMETERS: Readonly<Record<string, Parameter>> = {
  allowWatchBookmarks: flag('Whether a watch may send BOOKMARK events, which tell how far it has come.'),
  command: text('The command and its arguments, one parameter each. Runs without a shell.'),
  container: text('The container of the pod; may be left out when there is one only.'),
  continue: text('Where the list goes on: the value that the list before it ended with.'),
  dryRun: text('"All" does everything but save the change.'),
  fieldManager: text('Who makes the change, at most 128 printable characters. Server-side apply needs it.'),
  fieldSelector: text('Chooses objects by their fields. All when absent.'),
  fieldValidation: text(
    'What becomes of unknown and duplicate fields: Strict refuses them, Warn (the default) drops them with a warning, Ignore drops them.',
  ),
  follow: flag('Whether to go on sending the log as it is written.'),
  force: flag('Whether server-side apply takes fields over from other managers.'),
  gracePeriodSeconds: count('Seconds until the object is deleted; 0 is at once. The default of the kind when absent.'),
  insecureSkipTLSVerifyBackend: flag('Whether the certificate of the kubelet goes unchecked.'),
  labelSelector: text('Chooses objects by their labels. All when absent.'),
  limit: count('How many objects to list at most. When there are more, the list says how to continue.'),
  limitBytes: count('How many bytes of the log to send at most.'),
  orphanDependents: flag('Deprecated: use propagationPolicy.'),
  path: text('The path to ask what is proxied for.'),
  ports: count('The ports to forward, when WebSockets are used.'),
  previous: flag('Whether to send the log of the container that ran before.'),
  propagationPolicy: text(
    'What becomes of dependents: Orphan keeps them, Background deletes them after, Foreground before.',
  ),
  resourceVersion: text('How new the answer must be.'),
  resourceVersionMatch: text('How resourceVersion is meant: Exact or NotOlderThan.'),
  sendInitialEvents: flag('Whether a watch begins with what is there, and marks the end of that with a bookmark.'),
  sinceSeconds: count('How far back the log begins.'),
  stderr: flag('Whether to send standard error.'),
  stdin: flag('Whether to take standard input.'),
  stdout: flag('Whether to send standard output.'),
  stream: text('Which stream of the log to send: All, Stdout or Stderr.'),
  tailLines: count('How many lines from the end the log begins.'),
  timeoutSeconds: count('How long the call may last.'),
  timestamps: flag('Whether each line of the log begins with its time.'),
  tty: flag('Whether the command gets a terminal.'),
  watch: flag('Whether to send changes as they happen instead of a list.'),
}

/** A known query parameter. Throws for a name that is not in the table. */
export function queryParameter(name: string): Parameter {
  return known(QUERY_PARAMETERS, name)
}

/** A known path parameter. Throws for a name that is not in the table. */
export function pathParameter(name: string): Parameter {
  return known(PATH_PARAMETERS, name)
}

function known(table: Readonly<Record<string, Parameter>>, name: string): Parameter {
  const parameter = table[name]
  assert(parameter, `the parameter ${name} is not described`)
  return parameter
}
