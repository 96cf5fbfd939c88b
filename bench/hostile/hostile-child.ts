import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { concatBytes, fromHex } from '../../src/base/bytes.ts'
import { DEFAULT_MERCHANT, DEFAULT_TERMINAL_ID } from '../../src/host/estate/default-estate.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import { UNIONPAY_POS } from '../../src/iso8583/specs/unionpay-pos.ts'
import type { HostileAnswer, HostileOrder } from './hostile-kind.ts'

// Clients that no host would wish for, in a process of their own: `hostile-child.ts ORDER` as JSON. What they send is made
// beforehand and sent at a given rate, so that they take little of the machine themselves. Says when all are there, and
// when told to stop what it sent.

const WAVE = 250
const TICK_MS = 5
/** Frames of one write. */
const BURST = 50
/** Bytes that wait in this process; a line with more is not sent to. */
const WAITING_MAX = 16_384
const SLOW_READ_SIZE = 256
const SLOW_READ_MS = 50

const order = JSON.parse(process.argv[2] ?? '{}') as HostileOrder
const sockets = new Set<Socket>()
let sent = 0
let closed = 0
let isOver = false

async function open(): Promise<void> {
  const socket = connect({ port: order.port, host: '127.0.0.1', noDelay: true })
  // Nothing is read unless asked for.
  socket.pause()
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    sockets.delete(socket)
    if (isOver) return
    closed++
    if (order.kind === 'bad-frames') void open()
  })
  await once(socket, 'connect')
  sockets.add(socket)
  if (order.kind === 'half-open' && sockets.size % 2 === 0) socket.write(ECHO.subarray(0, ECHO.length / 2))
  if (order.kind === 'bad-frames') socket.resume()
}

async function openAll(): Promise<void> {
  for (let left = order.connections; left > 0; left -= WAVE) {
    await Promise.all(Array.from({ length: Math.min(WAVE, left) }, () => open()))
  }
}

const ECHO = frameOf(echo())
const BAD_FRAMES = [
  frameOf(fromHex('60000300006032003200010820FFFFFFFFFFFFFFFF')),
  frameOf(fromHex('6000030000603200320001')),
  frameOf(concatBytes([fromHex('60000300006032003200010200'), new Uint8Array(200).fill(0xfe)])),
  frameOf(fromHex('600003')),
]

/** A good request that is answered and kept nowhere. */
function echo(): Uint8Array {
  const fields = { 41: DEFAULT_TERMINAL_ID, 42: DEFAULT_MERCHANT.mid, 60: '00000001301' }
  const encoded = compileSpec(UNIONPAY_POS).encode({ mti: '0820', fields })
  if (!encoded.ok) throw new Error('the echo test does not encode')
  return concatBytes([fromHex('6000030000603200320001'), encoded.value])
}

function frameOf(bytes: Uint8Array): Uint8Array {
  return concatBytes([Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes])
}

function burst(): Uint8Array {
  const frames = order.kind === 'bad-frames' ? BAD_FRAMES : [ECHO]
  return concatBytes(Array.from({ length: BURST }, (_, index) => frames[index % frames.length] as Uint8Array))
}

/** Sends at the ordered rate as far as the host takes it; what it does not take is not made up for. */
function sendAtRate(): void {
  const bytes = burst()
  const started = performance.now()
  let due = 0
  let turn = 0
  setInterval(() => {
    const until = ((performance.now() - started) * order.framesPerSecond) / 1000
    const lines = [...sockets]
    for (; due + BURST <= until; due += BURST) {
      const line = lines[turn++ % lines.length]
      if (line === undefined || line.writableLength > WAITING_MAX) continue
      line.write(bytes)
      sent += BURST
    }
  }, TICK_MS)
}

function readSlowly(): void {
  setInterval(() => {
    for (const socket of sockets) socket.read(SLOW_READ_SIZE)
  }, SLOW_READ_MS)
}

function tell(answer: HostileAnswer, done: () => void = () => {}): void {
  process.send?.(answer, done)
}

process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit(1))
process.on('message', () => {
  isOver = true
  // With a reset no port stays taken.
  for (const socket of sockets) socket.resetAndDestroy()
  tell({ kind: 'over', sent, closed }, () => process.exit(0))
})
await openAll()
if (order.kind === 'slow-read') readSlowly()
if (order.framesPerSecond > 0) sendAtRate()
tell({ kind: 'ready' })
