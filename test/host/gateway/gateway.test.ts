import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asciiToBytes, concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import type { GatewayLimits, PortDialect } from '../../../src/host/gateway/gateway-options.ts'
import { openHostLog } from '../../../src/host/service/host-log.ts'
import { type Host, openHost } from '../../../src/host/service/open-host.ts'
import { compileSpec } from '../../../src/iso8583/compile.ts'
import { UNIONPAY_POS } from '../../../src/iso8583/specs/unionpay-pos.ts'
import { textOf, vectorsOf } from '../../vectors/vectors.ts'
import { WireClient } from '../service/wire-client.ts'

const ANY_PORTS = { 'unionpay-pos': 0, 'iso1987-ascii': 0, 'iso1987-binary': 0 }
const ENVELOPE = fromHex('6000030000603200320001')
const codec = compileSpec(UNIONPAY_POS)

let directory: string
let host: Host
let log: { readonly event: string; readonly [name: string]: unknown }[]
const clients: WireClient[] = []

async function start(limits: Partial<GatewayLimits> = {}): Promise<void> {
  log = []
  host = await openHost({
    dataDirectory: directory,
    ports: ANY_PORTS,
    limits,
    log: openHostLog('debug', { write: (line: string) => log.push(JSON.parse(line)) }),
  })
}

function connectTo(
  dialect: PortDialect = 'unionpay-pos',
  prefix: 'binary2' | 'ascii4' = 'binary2',
): WireClient {
  const client = new WireClient(host.ports[dialect], prefix)
  clients.push(client)
  return client
}

/** Echo test: the smallest request that is always answered. */
function echo(): Uint8Array {
  const fields = { 41: '10000001', 42: '001290058120001', 60: '00000001301' }
  const encoded = codec.encode({ mti: '0820', fields })
  if (!encoded.ok) throw new Error(JSON.stringify(encoded.error))
  return concatBytes([ENVELOPE, encoded.value])
}

function answerCode(frame: Uint8Array): unknown {
  const reply = codec.decode(frame, 11)
  if (!reply.ok) throw new Error(JSON.stringify(reply.error))
  return reply.value.fields[39]
}

async function explained(): Promise<Host> {
  await host.close()
  return host
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-gateway-'))
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await host.close()
  rmSync(directory, { recursive: true, force: true })
})

describe('gateway', () => {
  it('answers a request that comes byte by byte, with the TPDU turned round', async () => {
    await start()
    const client = connectTo()
    for (const byte of client.framed(echo())) {
      client.socket.write(Uint8Array.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    const reply = await client.receive()
    expect(toHex(reply.subarray(0, 5))).toBe('6000000003')
    expect(answerCode(reply)).toBe('00')
  })

  it('answers many requests of one chunk, in their order', async () => {
    await start()
    const client = connectTo()
    client.socket.write(concatBytes(Array.from({ length: 50 }, () => client.framed(echo()))))
    for (let count = 0; count < 50; count++) expect(answerCode(await client.receive())).toBe('00')
  })

  it('takes a frame of no bytes as a sign of life', async () => {
    await start()
    const client = connectTo()
    client.socket.write(concatBytes([Uint8Array.of(0, 0), client.framed(echo()), Uint8Array.of(0, 0)]))
    expect(answerCode(await client.receive())).toBe('00')
  })

  it('one bad client never disturbs another', async () => {
    await start()
    const good = connectTo()
    expect(answerCode(await good.exchange(echo()))).toBe('00')
    for (const garbage of ['FFFF', '2000', '0005 0102030405', '000B 6000030000603200320001', '0003 FFFFFF']) {
      const bad = connectTo()
      bad.socket.write(fromHex(garbage))
      bad.socket.end()
      expect(answerCode(await good.exchange(echo()))).toBe('00')
    }
    const half = connectTo()
    half.socket.write(good.framed(echo()).subarray(0, 20))
    half.close()
    expect(answerCode(await good.exchange(echo()))).toBe('00')
    expect(host.checkBooks()).toEqual([])
  })

  it('says of each rejected frame what was wrong, where, and which dialect would have read it', async () => {
    await start()
    const [moov] = vectorsOf('iso8583-ascii')
    if (moov === undefined) throw new Error('no vector')
    const ascii = fromHex(textOf(moov.inputs, 'messageHex'))
    // An ASCII client at the wrong port: its length reads as an enormous one.
    const lost = connectTo()
    lost.socket.write(concatBytes([asciiToBytes(String(ascii.length).padStart(4, '0')), ascii]))
    await lost.closed()
    const wrong = connectTo()
    wrong.send(ascii)
    const digits = connectTo()
    const damaged = echo()
    damaged[damaged.length - 4] = 0xfa
    digits.send(damaged)
    const marker = connectTo()
    await marker.exchange(echo())
    const explains = log.filter(({ event }) => event === 'explained')
    expect(explains).toMatchObject([
      { dialect: 'unionpay-pos', decodableAs: ['iso1987-ascii'], offset: 0 },
      { dialect: 'unionpay-pos', decodableAs: ['iso1987-ascii'] },
      { dialect: 'unionpay-pos', field: 60, decodableAs: [] },
    ])
    expect(String(explains[0]?.['reason'])).toContain('the length announces 12336 bytes')
    const rows = host.store.listExplains(10)
    expect(rows).toHaveLength(3)
    await explained()
  })

  it('closes a connection that is idle too long, and one that is too many', async () => {
    await start({ idleTimeoutMs: 300, connectionsMax: 2 })
    const [first, second] = [connectTo(), connectTo()]
    await first.exchange(echo())
    await second.exchange(echo())
    const third = connectTo()
    await third.closed()
    expect(log.some(({ event }) => event === 'refused')).toBe(true)
    await Promise.all([first.closed(), second.closed()])
    const fourth = connectTo()
    expect(answerCode(await fourth.exchange(echo()))).toBe('00')
  })

  it('does not read a client that never takes its replies, and serves the others', async () => {
    await start({ outstandingMax: 8, unsentMax: 4096 })
    const greedy = connectTo()
    greedy.socket.pause()
    const many = concatBytes(Array.from({ length: 2000 }, () => greedy.framed(echo())))
    for (let time = 0; time < 20; time++) greedy.socket.write(many)
    const good = connectTo()
    for (let count = 0; count < 20; count++) expect(answerCode(await good.exchange(echo()))).toBe('00')
    greedy.socket.resume()
    for (let count = 0; count < 40_000; count += 1) await greedy.receive()
  }, 60_000)
})
