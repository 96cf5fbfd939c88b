import { createServer, type Server, type Socket } from 'node:net'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { compileSpec } from '../../../src/iso8583/compile.ts'
import { UNIONPAY_POS } from '../../../src/iso8583/specs/unionpay-pos.ts'

const codec = compileSpec(UNIONPAY_POS)

/** Listens on a free port and answers each management request with 00, or holds its tongue. */
export class TestAcquirer {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  silent = false
  connections = 0
  /** Called with the message type of each request. */
  heard: (mti: string) => void = () => {}

  private constructor() {
    this.#server = createServer((socket) => {
      this.connections++
      this.#sockets.add(socket)
      socket.on('error', () => {})
      // Requests of the terminal are small and come one by one: each in one piece over loopback.
      socket.on('data', (bytes) => this.#answer(socket, new Uint8Array(bytes)))
    })
  }

  static async open(): Promise<TestAcquirer> {
    const acquirer = new TestAcquirer()
    await new Promise<void>((done) => acquirer.#server.listen(0, '127.0.0.1', done))
    return acquirer
  }

  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('not a TCP server')
    return address.port
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((done) => this.#server.close(done))
  }

  #answer(socket: Socket, bytes: Uint8Array): void {
    const request = codec.decode(bytes.subarray(13))
    if (!request.ok) throw new Error(`request does not decode: ${request.error.kind}`)
    const { mti, fields } = request.value
    this.heard(mti)
    if (this.silent) return
    const replyMti = String(Number(mti) + 10).padStart(4, '0')
    const reply = codec.encode({ mti: replyMti, fields: { ...fields, 39: '00' } })
    if (!reply.ok) throw new Error(`reply does not encode: ${reply.error.kind}`)
    const frame = `6000000003603200320001${toHex(reply.value)}`
    socket.write(fromHex((frame.length / 2).toString(16).padStart(4, '0') + frame))
  }
}
