import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { concatBytes, fromHex } from '../../../src/base/bytes.ts'
import { openHostLog } from '../../../src/host/service/host-log.ts'
import { HostMetrics } from '../../../src/host/service/host-metrics.ts'
import { metricsRegistry } from '../../../src/host/service/metrics-registry.ts'
import { type MetricsServer, openMetricsServer } from '../../../src/host/service/metrics-server.ts'
import { type Host, openHost } from '../../../src/host/service/open-host.ts'
import { compileSpec } from '../../../src/iso8583/compile.ts'
import { UNIONPAY_POS } from '../../../src/iso8583/specs/unionpay-pos.ts'
import { WireClient } from './wire-client.ts'

const ANY_PORTS = { 'unionpay-pos': 0, 'iso1987-ascii': 0, 'iso1987-binary': 0 }
const ENVELOPE = fromHex('6000030000603200320001')
const codec = compileSpec(UNIONPAY_POS)

let directory: string
let metrics: HostMetrics
let host: Host
let server: MetricsServer
const clients: WireClient[] = []

function connectTo(): WireClient {
  const client = new WireClient(host.ports['unionpay-pos'])
  clients.push(client)
  return client
}

function frameOf(mti: string, tid: string, fields: Readonly<Record<number, string>>): Uint8Array {
  const encoded = codec.encode({ mti, fields: { ...fields, 41: tid, 42: '001290058120001' } })
  if (!encoded.ok) throw new Error(JSON.stringify(encoded.error))
  return concatBytes([ENVELOPE, encoded.value])
}

function echo(tid = '10000001'): Uint8Array {
  return frameOf('0820', tid, { 60: '00000001301' })
}

function signIn(stan: number): Uint8Array {
  return frameOf('0800', '10000001', { 11: String(stan).padStart(6, '0'), 60: '00000001004', 63: '01 ' })
}

function codeOf(reply: Uint8Array): string {
  const decoded = codec.decode(reply, ENVELOPE.length)
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.error))
  return String(decoded.value.fields[39])
}

interface Answer {
  readonly status: number | undefined
  readonly type: string | undefined
  readonly text: string
}

function ask(path: string, method = 'GET'): Promise<Answer> {
  return new Promise((done, fail) => {
    const asked = request(
      { host: '127.0.0.1', port: server.port, path, method, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        response.on('end', () =>
          done({ status: response.statusCode, type: response.headers['content-type'], text }),
        )
      },
    )
    asked.on('error', fail).end()
  })
}

/** Samples by their name and labels as the text has them. */
async function scrape(): Promise<ReadonlyMap<string, number>> {
  const { text } = await ask('/metrics')
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-metrics-'))
  metrics = new HostMetrics()
  host = await openHost({ dataDirectory: directory, ports: ANY_PORTS, log: openHostLog('silent'), metrics })
  server = await openMetricsServer({
    address: '127.0.0.1',
    port: 0,
    registry: metricsRegistry(metrics),
    trouble: () => metrics.trouble,
  })
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await server.close()
  await host.close()
  rmSync(directory, { recursive: true, force: true })
})

describe('metrics of a host', () => {
  it('count what its clients were answered, by operation and code, while they are scraped', async () => {
    const told: Record<string, number> = {}
    const tell = (operation: string, reply: Uint8Array): void => {
      const name = `tillwire_host_messages_total{operation="${operation}",code="${codeOf(reply)}"}`
      told[name] = (told[name] ?? 0) + 1
    }
    const run = async (
      count: number,
      operation: string,
      frame: (index: number) => Uint8Array,
    ): Promise<void> => {
      const client = connectTo()
      client.socket.write(
        concatBytes(Array.from({ length: count }, (_, index) => client.framed(frame(index)))),
      )
      for (let index = 0; index < count; index++) tell(operation, await client.receive())
    }
    const load = Promise.all([
      run(400, 'echo', () => echo()),
      run(300, 'echo', () => echo('99999999')),
      run(50, 'signIn', (index) => signIn(index + 1)),
    ])
    let isOver = false
    void load.finally(() => {
      isOver = true
    })
    let scrapes = 0
    const scraped: (readonly [string, number])[] = []
    for (; !isOver; scrapes++) {
      const before = { ...told }
      const during = await scrape()
      scraped.push(...during)
      // Whoever has its answer is counted.
      for (const [name, count] of Object.entries(before)) {
        expect(during.get(name)).toBeGreaterThanOrEqual(count)
      }
    }
    await load
    expect(scrapes).toBeGreaterThan(0)
    const after = await scrape()
    const counted = [...after].filter(([name]) => name.startsWith('tillwire_host_messages_total'))
    expect(Object.keys(told)).toHaveLength(3)
    expect(Object.fromEntries(counted)).toEqual(told)
    for (const [name, count] of scraped) {
      if (name in told) expect(count).toBeLessThanOrEqual(told[name] ?? 0)
    }
    expect(after.get('tillwire_host_latency_seconds_count')).toBe(750)
    expect(after.get('tillwire_host_latency_seconds_bucket{le="+Inf"}')).toBe(750)
    expect(after.get('tillwire_host_latency_seconds_sum')).toBeGreaterThan(0)
    expect(after.get('tillwire_host_batch_messages_sum')).toBe(750)
    expect(after.get('tillwire_host_waiting_requests')).toBe(0)
    expect(after.get('tillwire_host_commit_rows_sum')).toBeGreaterThanOrEqual(50)
    expect(after.get('tillwire_host_connections_open')).toBe(3)
    expect(after.get('process_resident_memory_bytes')).toBeGreaterThan(0)
  }, 30_000)

  it('count bytes, connections and frames that are none, and never name a terminal', async () => {
    const client = connectTo()
    const reply = await client.exchange(echo())
    await client.exchange(echo('77777777'))
    const short = connectTo()
    short.socket.write(fromHex('00056000030000'))
    short.send(fromHex('60000300006032003200010820FFFFFFFFFFFFFFFF'))
    await short.exchange(echo())
    const lost = connectTo()
    lost.socket.write(fromHex('FFFF'))
    await lost.closed()
    const { text } = await ask('/metrics')
    const found = await scrape()
    expect(found.get('tillwire_host_frames_rejected_total{reason="short"}')).toBe(1)
    expect(found.get('tillwire_host_frames_rejected_total{reason="oversized"}')).toBe(1)
    expect(found.get('tillwire_host_messages_total{operation="undecodable",code="none"}')).toBe(1)
    expect(found.get('tillwire_host_connections_accepted_total')).toBe(3)
    expect(found.get('tillwire_host_connections_open')).toBe(2)
    expect(found.get('tillwire_host_connections_closed_total{reason="oversized"}')).toBe(1)
    const size = client.framed(echo()).length
    expect(found.get('tillwire_host_received_bytes_total')).toBe(3 * size + 7 + 23 + 2)
    expect(found.get('tillwire_host_sent_bytes_total')).toBe(3 * (reply.length + 2))
    expect(text).not.toMatch(/10000001|77777777/)
  })

  it('are served at two paths and nowhere else, and tell whether the host can record', async () => {
    expect(await ask('/metrics')).toMatchObject({
      status: 200,
      type: expect.stringMatching(/^text\/plain; version=/),
    })
    expect(await ask('/healthz')).toMatchObject({ status: 200, text: 'ok\n' })
    for (const path of ['/', '/metrics/', '/healthz/x', '/../metrics', '//metrics']) {
      expect(await ask(path)).toMatchObject({ status: 404 })
    }
    expect(await ask('/metrics', 'POST')).toMatchObject({ status: 405 })
    const told: string[] = []
    const log = metrics.hear({
      fault() {},
      outage: (reason) => told.push(reason),
      recovered: (count) => told.push(String(count)),
    })
    log.outage('the disk is full; make room')
    expect(await ask('/healthz')).toMatchObject({ status: 503, text: 'the disk is full; make room\n' })
    expect((await scrape()).get('tillwire_host_store_in_trouble')).toBe(1)
    log.recovered(3)
    expect(await ask('/healthz')).toMatchObject({ status: 200 })
    expect((await scrape()).get('tillwire_host_store_outages_total')).toBe(1)
    expect(told).toEqual(['the disk is full; make room', '3'])
  })
})
