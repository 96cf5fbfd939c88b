import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Iso8583 from 'iso_8583'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openHostLog } from '../../../src/host/service/host-log.ts'
import { type Host, openHost } from '../../../src/host/service/open-host.ts'

const ANY_PORTS = { 'unionpay-pos': 0, 'iso1987-ascii': 0, 'iso1987-binary': 0 }
let directory: string
let host: Host

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-host-'))
  host = await openHost({ dataDirectory: directory, ports: ANY_PORTS, log: openHostLog('silent') })
})
afterEach(async () => {
  await host.close()
  rmSync(directory, { recursive: true, force: true })
})

/** A client in the manner of jPOS and moov: four ASCII digits of length, then the message of npm iso_8583. */
class PeerClient {
  readonly socket: Socket
  #pending = Buffer.alloc(0)
  #fail: ((error: Error) => void) | undefined
  #waiting: ((reply: Record<string, string>) => void) | undefined

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.on('close', () => this.#fail?.(new Error('the host closed the connection')))
    this.socket.on('data', (chunk: Buffer) => {
      this.#pending = Buffer.concat([this.#pending, chunk])
      const size = Number(this.#pending.subarray(0, 4).toString())
      if (this.#pending.length < 4 + size) return
      const frame = this.#pending.subarray(4, 4 + size)
      this.#pending = this.#pending.subarray(4 + size)
      this.#waiting?.(new Iso8583().getIsoJSON(frame, { lenHeader: false }))
    })
  }

  ask(fields: Record<string, string>): Promise<Record<string, string>> {
    const message = new Iso8583(fields).getBufferMessage()
    if (!Buffer.isBuffer(message)) throw new Error(message.error)
    // The package puts a two-byte length before the message.
    const body = message.subarray(2)
    return new Promise((done, fail) => {
      this.#waiting = done
      this.#fail = fail
      this.socket.write(Buffer.concat([Buffer.from(String(body.length).padStart(4, '0')), body]))
    })
  }
}

const sale = {
  0: '0200',
  2: '6210948000000011',
  3: '000000',
  4: '000000012345',
  7: '1123093000',
  11: '000001',
  12: '093000',
  13: '1123',
  14: '3012',
  18: '5999',
  22: '012',
  25: '00',
  41: 'TERM0001',
  42: 'MERCHANT0000001',
  49: '156',
}

describe('the ASCII dialect as npm iso_8583 speaks it', () => {
  it('an echo is answered', async () => {
    const client = new PeerClient(host.ports['iso1987-ascii'])
    const reply = await client.ask({ 0: '0800', 7: '1123093200', 11: '000002', 41: 'TERM0001', 70: '301' })
    expect(reply).toMatchObject({ 0: '0810', 11: '000002', 39: '00', 70: '301' })
    client.socket.destroy()
  })

  it('a sale is approved, posted once, and its repeat is told so', async () => {
    const client = new PeerClient(host.ports['iso1987-ascii'])
    const reply = await client.ask(sale)
    expect(reply).toMatchObject({ 0: '0210', 4: '000000012345', 11: '000001', 39: '00', 41: 'TERM0001' })
    expect(reply['37']).toMatch(/^\d{12}$/)
    expect(reply['38']).toMatch(/^\w{6}$/)
    const again = await client.ask(sale)
    expect(again).toMatchObject({ 0: '0210', 39: '94' })
    const approved = host.transactions('TERM0001').filter((each) => each.state === 'approved')
    expect(approved).toHaveLength(1)
    expect(approved[0]?.approvedMinor).toBe(12_345)
    expect(host.checkBooks()).toEqual([])
    client.socket.destroy()
  })

  it('a refused card is refused', async () => {
    const client = new PeerClient(host.ports['iso1987-ascii'])
    const reply = await client.ask({ ...sale, 2: '6210948000000037' })
    expect(reply).toMatchObject({ 0: '0210', 39: '41' })
    client.socket.destroy()
  })
})
