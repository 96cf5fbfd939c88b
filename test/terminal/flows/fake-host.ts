import { asciiToBytes, concatBytes, fromHex, xorBytes } from '../../../src/base/bytes.ts'
import type { FieldValue, Message } from '../../../src/iso8583/message.ts'
import type { MessageCodec } from '../../../src/terminal/flows/terminal-context.ts'
import { text } from './text-codec.ts'

/** What the line and the host do with one request. */
export type Behaviour =
  | {
      readonly kind: 'answer'
      readonly code?: string
      readonly fields?: { readonly [bit: number]: FieldValue }
    }
  /** The host works, its answer is lost. */
  | { readonly kind: 'silent' }
  /** The line goes down after the request was heard. */
  | { readonly kind: 'dropped' }
  /** The request is lost on its way: the host never hears of it. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'notSent' }
  | { readonly kind: 'wrongMac' }
  /** Frames that belong to somebody else come first. */
  | { readonly kind: 'strangersFirst' }

export const GOOD: Behaviour = { kind: 'answer' }

interface Posting {
  readonly mti: string
  readonly processingCode: string
  readonly amountMinor: number
  state: 'posted' | 'voided' | 'reversed'
}

/** The MAC of pad and host in this world; any change of the data changes it. */
export function fakeMac(data: Uint8Array): Uint8Array {
  let sum = 0x811c9dc5
  for (const byte of data) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0
  return asciiToBytes(sum.toString(16).toUpperCase().padStart(8, '0'))
}

/** An acquirer with simple books: what it heard counts, whatever became of its answer. */
export class FakeHost {
  batch = '000012'
  /** What a 0510 says of both classes. */
  flag: '1' | '2' | '3' = '1'
  heard: Message[] = []
  readonly postings = new Map<string, Posting>()
  readonly #codec: MessageCodec
  #rrn = 0

  constructor(codec: MessageCodec) {
    this.#codec = codec
  }

  /** Takes one frame and gives back the frames that reach the terminal. */
  exchange(frame: Uint8Array, behaviour: Behaviour): readonly Uint8Array[] {
    if (behaviour.kind === 'lost' || behaviour.kind === 'notSent') return []
    const decoded = this.#codec.decode(frame.slice(11))
    if (!decoded.ok) throw new Error('the host can not read that')
    const request = decoded.value
    this.heard.push(request)
    const forced = behaviour.kind === 'answer' ? behaviour.code : undefined
    const code = forced ?? this.#post(request)
    const given = behaviour.kind === 'answer' ? behaviour.fields : undefined
    const reply = this.#reply(request, code, given)
    switch (behaviour.kind) {
      case 'silent':
      case 'dropped':
        return []
      case 'wrongMac':
        return [this.#seal(frame, reply, true)]
      case 'strangersFirst':
        return [asciiToBytes('noise'), ...this.#strangers(frame, reply), this.#seal(frame, reply, false)]
      default:
        return [this.#seal(frame, reply, false)]
    }
  }

  /** Amounts that the host still holds for the merchant: debits less credits. */
  balanceMinor(): number {
    let sum = 0
    for (const { processingCode, amountMinor, state, mti } of this.postings.values()) {
      if (state === 'reversed' || mti === '0100') continue
      sum += processingCode === '000000' ? amountMinor : -amountMinor
    }
    return sum
  }

  #post(request: Message): string {
    const { mti } = request
    const key = `${text(request, 60)?.slice(2, 8)}-${text(request, 11)}`
    if (mti === '0400') return this.#reverse(key)
    if (!['0100', '0200', '0220'].includes(mti) || text(request, 3) === '310000') return '00'
    if (this.postings.has(key)) return '94'
    const voids = ['23', '21', '11'].includes(text(request, 60)?.slice(0, 2) ?? '')
    if (voids) {
      const original = this.postings.get(
        `${text(request, 61)?.slice(0, 6)}-${text(request, 61)?.slice(6, 12)}`,
      )
      if (original?.state !== 'posted') return '12'
      original.state = 'voided'
    }
    const amountMinor = Number(text(request, 4))
    this.postings.set(key, { mti, processingCode: text(request, 3) ?? '', amountMinor, state: 'posted' })
    return '00'
  }

  #reverse(key: string): string {
    const posting = this.postings.get(key)
    if (posting === undefined) {
      // A request that comes after its reversal must not be posted any more.
      return '25'
    }
    if (posting.state === 'posted') {
      posting.state = 'reversed'
      const voided = this.#originalOf(key)
      if (voided !== undefined && voided.state === 'voided') voided.state = 'posted'
    }
    return '00'
  }

  #originalOf(key: string): Posting | undefined {
    const request = this.heard.find(
      (each) => each.mti !== '0400' && `${text(each, 60)?.slice(2, 8)}-${text(each, 11)}` === key,
    )
    const reference = text(request, 61)
    const voids = ['23', '21', '11'].includes(text(request, 60)?.slice(0, 2) ?? '')
    return voids ? this.postings.get(`${reference?.slice(0, 6)}-${reference?.slice(6, 12)}`) : undefined
  }

  #reply(request: Message, code: string, given: { readonly [bit: number]: FieldValue } | undefined): Message {
    const echoed = Object.fromEntries(
      Object.entries(request.fields).filter(([bit]) => [3, 4, 11, 41, 42, 49, 60].includes(Number(bit))),
    )
    const base = { ...echoed, 12: '093112', 13: '1123', 37: this.#nextReference(), 39: code }
    const mti = String(Number(request.mti) + 10).padStart(4, '0')
    const fields: { [bit: number]: FieldValue } = { ...base, ...this.#extras(request, code), ...given }
    if (request.fields[64] !== undefined) fields[64] = new Uint8Array(8)
    return { mti, fields }
  }

  #extras(request: Message, code: string): { readonly [bit: number]: FieldValue } {
    if (code !== '00') return {}
    switch (request.mti) {
      case '0800': {
        const field60 = text(request, 60) ?? ''
        return { 60: `00${this.batch}${field60.slice(8)}`, 62: fromHex('11'.repeat(60)) }
      }
      case '0500': {
        const totals = text(request, 48) ?? ''
        return { 48: `${totals.slice(0, 30)}${this.flag}${totals.slice(31, 61)}${this.flag}` }
      }
      case '0200':
      case '0100':
        return text(request, 3) === '310000' ? { 54: '1002156C000000012345' } : { 38: '654321', 63: 'CUP' }
      default:
        return {}
    }
  }

  #nextReference(): string {
    return String(++this.#rrn).padStart(12, '0')
  }

  #seal(request: Uint8Array, reply: Message, spoiled: boolean): Uint8Array {
    const encoded = this.#codec.encode(reply)
    if (!encoded.ok) throw new Error('the host can not write that')
    const bytes = encoded.value.slice()
    if (reply.fields[64] !== undefined) {
      const mac = fakeMac(bytes.subarray(0, bytes.length - 8))
      bytes.set(spoiled ? xorBytes(mac, fromHex('0100000000000000')) : mac, bytes.length - 8)
    }
    return concatBytes([request.slice(0, 11), bytes])
  }

  /** Replies that look right but for one field each. */
  #strangers(request: Uint8Array, reply: Message): readonly Uint8Array[] {
    const other = (bit: number, value: string): Uint8Array =>
      this.#seal(request, { ...reply, fields: { ...reply.fields, [bit]: value } }, false)
    const matched = [
      [11, '999998'],
      [3, '999999'],
      [41, 'OTHER001'],
    ] as const
    return [
      ...matched.filter(([bit]) => reply.fields[bit] !== undefined).map(([bit, value]) => other(bit, value)),
      this.#seal(request, { ...reply, mti: '0999' }, false),
    ]
  }
}
