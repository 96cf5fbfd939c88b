import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { concatBytes, equalBytes, fromHex } from '../../src/base/bytes.ts'
import { castOf } from '../../src/cli/load/load-cast.ts'
import { createTdes } from '../../src/crypto/block-cipher.ts'
import { macX919 } from '../../src/crypto/mac.ts'
import { decodePinBlock } from '../../src/crypto/pin-block.ts'
import { type Codec, compileSpec } from '../../src/iso8583/compile.ts'
import { lengthPrefixBytes } from '../../src/iso8583/framing/length-prefix.ts'
import { StreamSplitter } from '../../src/iso8583/framing/stream-splitter.ts'
import { loadJsonSpec } from '../../src/iso8583/load-json-spec.ts'
import type { Message } from '../../src/iso8583/message.ts'
import type { LoadOrders } from '../../src/load/load-orders.ts'
import type { LoadTick } from '../../src/load/load-tick.ts'
import { runShare } from '../../src/load/run-share.ts'
import { faultsOf, sumOf } from './tiny-host.ts'

/** A dialect of nobody: packed digits, binary lengths, text tracks, MAC in field 64. */
const SPEC = {
  id: 'corner-shop',
  mti: 'bcd',
  bitmap: 'binary',
  bits: 64,
  representation: { digits: 'bcd', tracks: 'ascii', bytes: 'binary', prefix: 'binary' },
  fields: {
    2: { format: 'n..19', name: 'primaryAccountNumber', exposure: 'truncatedPan' },
    3: { format: 'n6', name: 'processingCode', exposure: 'clear' },
    4: { format: 'n12', name: 'amountTransaction', exposure: 'clear' },
    7: { format: 'n10', name: 'transmissionDateTime', exposure: 'clear' },
    11: { format: 'n6', name: 'systemTraceAuditNumber', exposure: 'clear' },
    35: { format: 'z..37', name: 'track2Data', exposure: 'never' },
    37: { format: 'an12', name: 'retrievalReferenceNumber', exposure: 'clear' },
    38: { format: 'an6', name: 'authorizationIdentificationResponse', exposure: 'clear' },
    39: { format: 'an2', name: 'responseCode', exposure: 'clear' },
    41: { format: 'ans8', name: 'cardAcceptorTerminalIdentification', exposure: 'clear' },
    48: { format: 'ans...99', name: 'additionalDataPrivate', exposure: 'clear' },
    52: { format: 'b8', name: 'personalIdentificationNumberData', exposure: 'never' },
    61: { format: 'ans...99', name: 'originalMessage', exposure: 'clear' },
    64: { format: 'b8', name: 'messageAuthenticationCode', exposure: 'clear' },
  },
}
const MAC_KEY = '0123456789ABCDEFFEDCBA9876543210'
const PIN_KEY = 'FEDCBA98765432100123456789ABCDEF'
const PAN = '5555555555554444'
const TPDU = '6001230456'

const common = { 11: { from: 'stan' }, 41: { from: 'tid' } }
const TARGET = {
  format: 'tillwire-target-1',
  name: 'the corner shop',
  dialect: 'corner-shop.json',
  prefix: 'binary2Inclusive',
  envelope: { tpdu: TPDU },
  match: [11, 41],
  mac: { algorithm: 'x9.19', key: MAC_KEY, field: 64 },
  pin: { key: PIN_KEY },
  terminals: [
    { tid: 'SHOP0001', mid: '-', lanes: 3 },
    { tid: 'SHOP0002', mid: '-' },
  ],
  cards: [{ pan: PAN, expiry: '2912', pin: '4321', track2: `${PAN}=29122010000000000` }],
  first: 'logOn',
  messages: {
    logOn: { mti: '0800', mac: false, fields: { ...common, 48: 'HELLO' } },
    sale: {
      mti: '0200',
      weight: 3,
      fields: {
        ...common,
        3: '000000',
        4: { from: 'amount' },
        7: { time: 'MMDDhhmmss', utc: true },
        35: { from: 'track2' },
        37: { join: ['R', { counter: 11 }] },
        48: { join: ['TILL', { random: 4 }] },
        52: { from: 'pinBlock' },
      },
    },
    void: {
      mti: '0200',
      weight: 1,
      of: 'sale',
      fields: {
        ...common,
        3: '200000',
        4: { originalRequest: 4 },
        38: { originalReply: 38 },
        61: { join: [{ originalRequest: 11 }, '/', { originalReply: 38 }] },
      },
    },
  },
}

let directory: string
let close: () => void = () => {}
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-target-'))
})
afterEach(() => {
  close()
  rmSync(directory, { recursive: true })
})

/** What the shop's host holds against every request; its complaints are the test's. */
class CornerShop {
  readonly codec: Codec
  readonly complaints: string[] = []
  readonly sold = new Map<string, string>()
  readonly seen = new Map<string, number>()
  readonly #loggedOn = new Set<string>()
  wrongMacs = false

  constructor(codec: Codec) {
    this.codec = codec
  }

  answer(frame: Uint8Array): Uint8Array {
    if (!equalBytes(frame.subarray(0, 5), fromHex(TPDU))) this.complaints.push('TPDU')
    const bytes = frame.subarray(5)
    const decoded = this.codec.decode(bytes)
    if (!decoded.ok) throw new Error(`field ${decoded.error.field}: ${decoded.error.kind}`)
    const { mti, fields } = decoded.value
    const name = mti === '0800' ? 'logOn' : fields[3] === '200000' ? 'void' : 'sale'
    this.seen.set(name, (this.seen.get(name) ?? 0) + 1)
    if (name === 'logOn') this.#loggedOn.add(String(fields[41]))
    else this.#check(decoded.value, bytes)
    const authorisation = String(this.sold.size + 100_000).slice(-6)
    if (name === 'sale') this.sold.set(String(fields[11]), authorisation)
    return this.#reply(mti, { 11: fields[11], 38: authorisation, 39: '00', 41: fields[41] })
  }

  #check({ fields }: Message, bytes: Uint8Array): void {
    const complain = (what: string): number => this.complaints.push(what)
    if (!this.#loggedOn.has(String(fields[41]))) complain('not logged on')
    const mac = macX919(fromHex(MAC_KEY), bytes.subarray(0, bytes.length - 8))
    if (!(fields[64] instanceof Uint8Array) || !equalBytes(mac, fields[64])) complain('MAC')
    if (fields[3] === '200000') {
      const [stan = '', code = ''] = String(fields[61]).split('/')
      if (this.sold.get(stan) !== code || fields[38] !== code) complain('void of something else')
      this.sold.delete(stan)
      return
    }
    const block = createTdes(fromHex(PIN_KEY)).decrypt(fields[52] as Uint8Array)
    const pin = decodePinBlock({ format: 0, block, pan: PAN })
    if (!pin.ok || pin.value !== '4321') complain('PIN')
    if (!/^R\d{11}$/.test(String(fields[37])) || !/^TILL\d{4}$/.test(String(fields[48]))) complain('join')
    if (!/^\d{10}$/.test(String(fields[7]))) complain('time')
  }

  #reply(mti: string, fields: Message['fields']): Uint8Array {
    const hasMac = mti !== '0800'
    const message = {
      mti: `${mti.slice(0, 2)}10`,
      fields: hasMac ? { ...fields, 64: new Uint8Array(8) } : fields,
    }
    const encoded = this.codec.encode(message)
    if (!encoded.ok) throw new Error(`field ${encoded.error.field}: ${encoded.error.kind}`)
    const bytes = encoded.value
    if (hasMac) {
      bytes.set(macX919(fromHex(MAC_KEY), bytes.subarray(0, bytes.length - 8)), bytes.length - 8)
      if (this.wrongMacs) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    }
    return concatBytes([fromHex('6004560123'), bytes])
  }
}

async function openShop(): Promise<{ readonly shop: CornerShop; readonly port: number }> {
  const spec = loadJsonSpec(SPEC)
  if (!spec.ok) throw new Error(spec.error.reason)
  const shop = new CornerShop(compileSpec(spec.value))
  const server = createServer((socket) => {
    const splitter = new StreamSplitter({ prefix: 'binary2Inclusive', frameSizeMax: 8192 })
    socket.on('error', () => {})
    socket.on('data', (chunk: Uint8Array) => {
      for (const item of splitter.push(chunk)) {
        if (item.kind !== 'frame') throw new Error('no frame')
        const reply = shop.answer(item.frame)
        socket.write(concatBytes([lengthPrefixBytes('binary2Inclusive', reply.length), reply]))
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  close = () => server.close()
  return { shop, port: (server.address() as AddressInfo).port }
}

async function load(port: number, durationMs: number): Promise<readonly LoadTick[]> {
  const file = join(directory, 'shop-target.json')
  writeFileSync(file, JSON.stringify(TARGET))
  writeFileSync(join(directory, 'corner-shop.json'), JSON.stringify(SPEC))
  const orders: LoadOrders = {
    index: 0,
    workers: 1,
    seed: 5,
    address: { host: '127.0.0.1', port },
    subject: { kind: 'target', file },
    mixFile: undefined,
    firstNumber: 700,
    connections: 2,
    pacing: { kind: 'closed', outstanding: 2 },
    timeoutMs: 5000,
    durationMs,
    warmupMs: 0,
  }
  const cast = await castOf(orders)
  if (!cast.ok) throw new Error(cast.error)
  const ticks: LoadTick[] = []
  const share = runShare(orders, cast.value, (tick) => ticks.push(tick))
  expect((await share.end).failure).toBeUndefined()
  return ticks
}

describe('a foreign host by its target file', () => {
  it('gets what its file says: dialect, framing, TPDU, MAC, PIN, originals; and its replies are proved', async () => {
    const { shop, port } = await openShop()
    const ticks = await load(port, 500)
    expect(shop.complaints).toEqual([])
    // Once for each terminal, not for each of its lanes.
    expect(shop.seen.get('logOn')).toBe(2)
    expect(shop.seen.get('sale')).toBeGreaterThan(50)
    expect(shop.seen.get('void')).toBeGreaterThan(10)
    expect(faultsOf(ticks)).toEqual({})
    const answered = sumOf(ticks, ({ approved }) => approved)
    expect(answered).toBe((shop.seen.get('sale') ?? 0) + (shop.seen.get('void') ?? 0))
  })

  it('replies with a wrong MAC are no answers', async () => {
    const { shop, port } = await openShop()
    shop.wrongMacs = true
    const ticks = await load(port, 200)
    expect(Object.keys(faultsOf(ticks))).toEqual(['wrongMac'])
    expect(sumOf(ticks, ({ approved, declined }) => approved + declined)).toBe(0)
  })
})
