import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GrpcError } from '../../os/grpc.ts'
import { lastLines } from '../runtime-reader.ts'
import { rpcMessage } from './client.ts'
import { containerIdOf } from './containerd-events.ts'

const field = (tag: number, text: string) => Buffer.concat([Buffer.from([tag, text.length]), Buffer.from(text)])

test('containerd’s events tell of containers, not of the commands that run in them', () => {
  assert.equal(containerIdOf(Buffer.concat([field(0x0a, 'abc'), field(0x12, 'abc')])), 'abc')
  assert.equal(containerIdOf(Buffer.concat([field(0x0a, 'abc'), field(0x12, 'exec-1')])), undefined)
  assert.equal(containerIdOf(field(0x0a, 'abc')), 'abc')
  assert.equal(containerIdOf(Buffer.from([])), undefined)
})

test('errors read as those of Go’s gRPC', () => {
  assert.equal(
    rpcMessage(new GrpcError('NOT_FOUND', 'no such image')),
    'rpc error: code = NotFound desc = no such image',
  )
  assert.equal(rpcMessage(new GrpcError('CANCELLED', 'x')), 'rpc error: code = Canceled desc = x')
  assert.equal(rpcMessage(new Error('plain')), 'plain')
})

test('the end of a log is its text, partial lines joined', () => {
  const at = '2026-01-01T00:00:00.000000000Z'
  const log = `cut off\n${at} stdout F one\n${at} stderr P two \n${at} stderr F three\n`
  assert.equal(lastLines(log), 'one\ntwo three\n')
  assert.equal(lastLines(`${at} stdout F ${'x'.repeat(5000)}\n`).length, 2048)
})
