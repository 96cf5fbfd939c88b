import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { concatBytes } from '../../src/base/bytes.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import { lengthPrefixBytes } from '../../src/iso8583/framing/length-prefix.ts'
import { StreamSplitter } from '../../src/iso8583/framing/stream-splitter.ts'
import type { Message } from '../../src/iso8583/message.ts'
import { ISO1987_ASCII } from '../../src/iso8583/specs/iso1987-ascii.ts'
import type { LoadOrders, PacingOrder } from '../../src/load/load-orders.ts'
import type { LoadTick } from '../../src/load/load-tick.ts'
import { runShare, type Share } from '../../src/load/run-share.ts'
import { targetCast } from '../../src/load/target/target-cast.ts'
import { parseTarget } from '../../src/load/target/target-file.ts'

const CODEC = compileSpec(ISO1987_ASCII)

/** What a tiny host makes of a request: bytes without their length, or nothing. */
export type Behaviour = (request: Message, socket: Socket) => Uint8Array | undefined

export function encoded(message: Message): Uint8Array {
  const result = CODEC.encode(message)
  if (!result.ok) throw new Error(`field ${result.error.field}: ${result.error.kind}`)
  return result.value
}

/** The right answer: approved. */
export function approval({ mti, fields }: Message): Message {
  return {
    mti: `${mti.slice(0, 2)}1${mti.slice(3)}`,
    fields: { 3: fields[3], 4: fields[4], 11: fields[11], 38: '654321', 39: '00', 41: fields[41] },
  }
}

/** A host of a few lines that speaks ISO 8583:1987 in ASCII, behind lengths of four digits. */
export async function openTinyHost(behave: Behaviour) {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    const splitter = new StreamSplitter({ prefix: 'ascii4', frameSizeMax: 8192 })
    socket.on('error', () => {})
    socket.on('data', (chunk: Uint8Array) => {
      for (const item of splitter.push(chunk)) {
        if (item.kind !== 'frame') throw new Error('the load sent something that is no frame')
        const request = CODEC.decode(item.frame)
        if (!request.ok) throw new Error('the load sent something that is no message')
        const reply = behave(request.value, socket)
        if (reply !== undefined && !socket.destroyed)
          socket.write(concatBytes([lengthPrefixBytes('ascii4', reply.length), reply]))
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

export const TINY_TARGET = {
  format: 'tillwire-target-1',
  name: 'a tiny host',
  dialect: 'iso1987-ascii',
  prefix: 'ascii4',
  match: [11, 41],
  terminals: [{ tid: 'TERM0001', mid: 'MERCHANT0000001', lanes: 4 }],
  cards: [{ pan: '4111111111111111', expiry: '3012' }],
  messages: {
    sale: {
      mti: '0200',
      weight: 1,
      fields: {
        2: { from: 'pan' },
        3: '000000',
        4: { from: 'amount' },
        7: { time: 'MMDDhhmmss', utc: true },
        11: { from: 'stan' },
        41: { from: 'tid' },
        42: { from: 'mid' },
        49: '156',
      },
    },
  },
}

export interface TinyLoad {
  readonly pacing: PacingOrder
  readonly durationMs: number
  readonly timeoutMs?: number
  readonly connections?: number
  readonly target?: unknown
  /** Sees the load once it is under way. */
  readonly share?: (share: Share) => void
}

/** Runs a load on a port in this process. */
export async function loadTinyHost(port: number, load: TinyLoad) {
  const target = parseTarget(load.target ?? TINY_TARGET)
  if (!target.ok) throw new Error(target.error)
  const orders: LoadOrders = {
    index: 0,
    workers: 1,
    seed: 1,
    address: { host: '127.0.0.1', port },
    subject: { kind: 'target', file: '' },
    mixFile: undefined,
    firstNumber: 1,
    connections: load.connections ?? 1,
    pacing: load.pacing,
    timeoutMs: load.timeoutMs ?? 5000,
    durationMs: load.durationMs,
    warmupMs: 0,
  }
  const cast = targetCast({
    ...orders,
    target: target.value,
    codec: CODEC,
    chips: new Map(),
    mix: undefined,
  })
  if (!cast.ok) throw new Error(cast.error)
  const ticks: LoadTick[] = []
  const share = runShare(orders, cast.value, (tick) => ticks.push(tick))
  load.share?.(share)
  const { failure, result } = await share.end
  return { failure, result, ticks }
}

export function sumOf(ticks: readonly LoadTick[], of: (tick: LoadTick) => number): number {
  return ticks.reduce((sum, tick) => sum + of(tick), 0)
}

/** Faults of all seconds that are not zero. */
export function faultsOf(ticks: readonly LoadTick[]): Readonly<Record<string, number>> {
  const sums = new Map<string, number>()
  for (const { faults } of ticks)
    for (const [name, times] of Object.entries(faults)) sums.set(name, (sums.get(name) ?? 0) + times)
  return Object.fromEntries([...sums].filter(([, times]) => times > 0))
}
