import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LineRelay } from '../../src/workbench/line-relay.ts'

const SLOW_MS = 40

let host: Server
let atHost: string
let relay: LineRelay
let terminal: Socket

/** A host that answers each piece with itself. */
beforeEach(async () => {
  atHost = ''
  host = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      atHost += bytes.toString()
      socket.write(bytes)
    })
  })
  await new Promise<void>((done) => host.listen(0, '127.0.0.1', done))
  relay = await LineRelay.open((host.address() as AddressInfo).port, () => {}, SLOW_MS)
  terminal = await dial()
})
afterEach(async () => {
  terminal.destroy()
  await relay.close()
  await new Promise((done) => host.close(done))
})

function dial(): Promise<Socket> {
  return new Promise((done, fail) => {
    const socket = connect(relay.port, '127.0.0.1', () => done(socket))
    socket.on('error', fail)
  })
}

/** All that the terminal has got, once it is as long as `text`. */
function got(size: number): Promise<string> {
  return new Promise((done) => {
    let text = ''
    terminal.on('data', (bytes) => {
      text += bytes.toString()
      if (text.length >= size) done(text)
    })
  })
}

function ended(): Promise<void> {
  return new Promise((done) => terminal.once('close', () => done()))
}

describe('the line between terminal and host', () => {
  it('a slow line brings bytes late, each way, and in their order when it gets better', async () => {
    relay.set('slow')
    const sentAt = performance.now()
    const first = got(1)
    terminal.write('a')
    expect(await first).toBe('a')
    // Timers may be early by a millisecond.
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(2 * (SLOW_MS - 1))
    const rest = got(2)
    const atHostSoon = new Promise<void>((done) => terminal.write('b', () => done()))
    await atHostSoon
    // The relay has 'b' under way before it gets better: a second connection that comes through says so.
    const other = await dial()
    other.destroy()
    relay.set('up')
    terminal.write('c')
    expect(await rest).toBe('bc')
    expect(atHost).toBe('abc')
  })

  it('what was under way when a slow line is cut is lost', async () => {
    const first = got(1)
    terminal.write('a')
    await first
    relay.set('slow')
    const seen = ended()
    terminal.write('b')
    relay.set('cut')
    await seen
    relay.set('up')
    terminal = await dial()
    const next = got(1)
    terminal.write('c')
    expect(await next).toBe('c')
    expect(atHost).toBe('ac')
  })

  it('the request leaves and its answer is lost with the line', async () => {
    relay.set('loseReply')
    const seen = ended()
    terminal.write('a')
    await seen
    expect(relay.state).toBe('cut')
    expect(atHost).toBe('a')
  })
})
