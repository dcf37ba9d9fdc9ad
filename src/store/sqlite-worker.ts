import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { assert } from '../std/assert.ts'
import { SqliteHistory } from './sqlite-history.ts'
import type { Answer, Request, StoreFile } from './sqlite-protocol.ts'
import { OPENED, toFailure } from './sqlite-protocol.ts'

// The thread of `sqlite.ts`. It answers what has arrived, commits first and all of them in one transaction, and
// clears away compacted history in small steps between.

assert(parentPort, 'sqlite-worker.ts runs as a worker')
const port = parentPort

let waiting: Request[] = []
/** The compactions that are answered once the rows are gone. */
let compactions: number[] = []
/** Whether there may be rows to clear away; not after a failure, until the next compaction is asked for. */
let sweeping = true

const opened = open()
if (opened) {
  port.on('message', (requests: Request[]) => {
    waiting.push(...requests)
    work(opened)
  })
  // What the last run could not finish.
  work(opened)
}

function open(): SqliteHistory | undefined {
  try {
    const history = new SqliteHistory(workerData as StoreFile)
    send([{ id: OPENED, value: undefined }])
    return history
  } catch (error) {
    send([{ id: OPENED, failure: toFailure(error) }])
    return undefined
  }
}

function work(history: SqliteHistory): void {
  do {
    receive()
    serve(history)
  } while (sweeping && sweep(history))
}

/** Takes in what arrived while the thread was busy. */
function receive(): void {
  for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port)) {
    waiting.push(...(more.message as Request[]))
  }
}

function serve(history: SqliteHistory): void {
  const requests = waiting
  waiting = []
  const commits = requests.filter((request) => request.op === 'commit')
  if (commits.length > 0) commit(history, commits)
  for (const request of requests) if (request.op !== 'commit') serveOne(history, request)
}

/** One transaction, and so one fsync, for all that wait. */
function commit(history: SqliteHistory, requests: Extract<Request, { op: 'commit' }>[]): void {
  try {
    const results = history.commit(requests.map(({ writes }) => writes))
    send(requests.map(({ id }, i) => ({ id, value: results[i] })))
  } catch (error) {
    send(requests.map(({ id }) => ({ id, failure: toFailure(error) })))
  }
}

function serveOne(history: SqliteHistory, request: Exclude<Request, { op: 'commit' }>): void {
  const { id } = request
  if (request.op === 'range') answer(id, () => history.range(request.query))
  else if (request.op === 'changes') answer(id, () => history.changes(request.revision, request.limit))
  else if (request.op === 'size') answer(id, () => history.size())
  else if (request.op === 'compact') compact(history, id, request.revision)
  else close(history, id)
}

function compact(history: SqliteHistory, id: number, revision: number): void {
  try {
    history.compact(revision)
    compactions.push(id)
    sweeping = true
  } catch (error) {
    send([{ id, failure: toFailure(error) }])
  }
}

/** Does a step of clearing away; false when that is finished, or failed. */
function sweep(history: SqliteHistory): boolean {
  try {
    if (history.sweep()) return true
    send(compactions.map((id) => ({ id, value: undefined })))
  } catch (error) {
    send(compactions.map((id) => ({ id, failure: toFailure(error) })))
  }
  compactions = []
  sweeping = false
  return false
}

function close(history: SqliteHistory, id: number): void {
  // A compaction under way is finished by the next run.
  send(compactions.map((compaction) => ({ id: compaction, value: undefined })))
  compactions = []
  sweeping = false
  answer(id, () => history.close())
  port.close()
}

function answer(id: number, ask: () => unknown): void {
  try {
    send([{ id, value: ask() }])
  } catch (error) {
    send([{ id, failure: toFailure(error) }])
  }
}

function send(answers: Answer[]): void {
  if (answers.length > 0) port.postMessage(answers)
}
