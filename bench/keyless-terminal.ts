import { connect, type Socket } from 'node:net'
import { concatBytes, fromHex } from '../src/base/bytes.ts'
import { compileSpec } from '../src/iso8583/compile.ts'
import { lengthPrefixBytes } from '../src/iso8583/framing/length-prefix.ts'
import { StreamSplitter } from '../src/iso8583/framing/stream-splitter.ts'
import type { Fields } from '../src/iso8583/message.ts'
import { UNIONPAY_POS } from '../src/iso8583/specs/unionpay-pos.ts'
import { requireThat } from './bench-part.ts'
import { midOf, tidOf } from './prefill.ts'

const MERCHANTS = 100
const ENVELOPE = fromHex('6000030000603200320001')
/** Bytes of a sign-in's field 62: PIN key 20, MAC key 20, track key 20. */
const WORKING_KEYS_SIZE = 60

const codec = compileSpec(UNIONPAY_POS)

/** One terminal on a connection of its own, without keys: it asks and looks at the answer. */
export class KeylessTerminal {
  readonly #socket: Socket
  readonly #splitter = new StreamSplitter({ prefix: 'binary2', frameSizeMax: 8192 })
  readonly #index: number
  #waiting: ((reply: Fields | undefined) => void) | undefined

  private constructor(index: number, socket: Socket) {
    this.#index = index
    this.#socket = socket
    socket.on('data', (chunk: Uint8Array) => {
      for (const item of this.#splitter.push(chunk)) {
        this.#answered(item.kind === 'frame' ? readReply(item.frame) : undefined)
      }
    })
    socket.on('error', () => {})
    socket.on('close', () => this.#answered(undefined))
  }

  /** Rejects when the host does not take the connection. */
  static open(port: number, index: number): Promise<KeylessTerminal> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new KeylessTerminal(index, socket))
      })
    })
  }

  /** Whether an echo test was answered well. */
  async echo(): Promise<boolean> {
    const reply = await this.#ask('0820', { 60: '00000001301' })
    return reply?.[39] === '00'
  }

  /** Whether a sign-in brought three working keys. */
  async signIn(): Promise<boolean> {
    const reply = await this.#ask('0800', { 11: '000001', 60: '00000001004', 63: '01 ' })
    const keys = reply?.[62]
    return reply?.[39] === '00' && keys instanceof Uint8Array && keys.length === WORKING_KEYS_SIZE
  }

  /** Whether the parameters came and the host took note of it. */
  async loadParameters(): Promise<boolean> {
    const loaded = await this.#ask('0800', { 60: '00000001360' })
    if (loaded?.[39] !== '00' || loaded[62] === undefined) return false
    const ended = await this.#ask('0800', { 60: '00000001361' })
    return ended?.[39] === '00'
  }

  /** How many bytes the first page of the list of CA keys has; undefined when it did not come. */
  async listCaKeys(): Promise<number | undefined> {
    const reply = await this.#ask('0820', { 60: '00000001372', 62: new Uint8Array([0x31, 0x30, 0x30]) })
    const page = reply?.[62]
    return reply?.[39] === '00' && page instanceof Uint8Array ? page.length : undefined
  }

  close(): void {
    this.#socket.destroy()
  }

  #ask(mti: string, fields: Fields): Promise<Fields | undefined> {
    const all = { 41: tidOf(this.#index), 42: midOf(this.#index % MERCHANTS), ...fields }
    const encoded = codec.encode({ mti, fields: all })
    requireThat(encoded.ok, 'a request does not encode')
    const frame = concatBytes([ENVELOPE, encoded.value])
    return new Promise((resolve) => {
      if (this.#socket.destroyed) return resolve(undefined)
      this.#waiting = resolve
      this.#socket.write(concatBytes([lengthPrefixBytes('binary2', frame.length), frame]))
    })
  }

  #answered(reply: Fields | undefined): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.(reply)
  }
}

function readReply(frame: Uint8Array): Fields | undefined {
  const decoded = codec.decode(frame, ENVELOPE.length)
  return decoded.ok ? decoded.value.fields : undefined
}
