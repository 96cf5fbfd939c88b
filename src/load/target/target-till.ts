import { asciiToBytes, bytesToAscii, equalBytes, toHex } from '../../base/bytes.ts'
import { InvariantError } from '../../base/invariant.ts'
import type { BlockCipher } from '../../crypto/block-cipher.ts'
import type { PreparedMac } from '../../crypto/mac.ts'
import { encodePinBlock } from '../../crypto/pin-block.ts'
import type { MessageView } from '../../iso8583/compile.ts'
import type { EncodeError } from '../../iso8583/decode-error.ts'
import type { Fields, FieldValue } from '../../iso8583/message.ts'
import type { MixPicker } from '../load-mix.ts'
import type { LoadRandom } from '../load-random.ts'
import type { Judgement, Speech, Till } from '../till.ts'
import type { TillChip } from '../unionpay/till-card.ts'
import type { TillClock } from '../unionpay/till-clock.ts'
import { fillTemplate, needsReply, type TemplateContext, type TemplateSource } from './field-template.ts'
import type { TargetCard, TargetMessage } from './target-file.ts'

/** What all terminals of one target share in a process. */
export interface TargetWorld {
  readonly speech: Speech
  /** For a look at what was just written. */
  readonly view: MessageView
  /** Key of a request, as `speech.replyKey` gives it for the reply. */
  requestKey(view: MessageView): string
  readonly messages: readonly TargetMessage[]
  readonly first: TargetMessage | undefined
  readonly responseCode: number
  readonly approved: ReadonlySet<string>
  readonly mac: { readonly compute: PreparedMac; readonly field: 64 | 128 } | undefined
  readonly pinCipher: BlockCipher | undefined
  readonly envelope: Uint8Array
  readonly clock: TillClock
  /** The running number of the load: never the same twice. */
  nextNumber(): number
}

export interface TargetTillOptions {
  readonly tid: string
  readonly mid: string
  readonly card: TargetCard
  /** The card's chip; no other terminal may hold it. */
  readonly chip: TillChip | undefined
  readonly mix: MixPicker
  readonly random: LoadRandom
  /** Shared by all that are one terminal to the host; the one that `signsIn` sends its first message. */
  readonly visit: { isOpen: boolean }
  readonly signsIn: boolean
}

/** An approved exchange that another message may refer to. */
interface Exchange {
  readonly request: Fields
  readonly reply: ReadonlyMap<number, FieldValue>
}

const ORIGINALS_MAX = 64
const STAN_COUNT = 999_999
const MAC_PLACE = new Uint8Array(8)

/** A virtual terminal that fills the templates of a target file. It owes no reversals: what is sent is in the file. */
export class TargetTill implements Till {
  readonly #world: TargetWorld
  readonly #options: TargetTillOptions
  readonly #originals = new Map<string, Exchange[]>()
  readonly #context: TemplateContext
  #number = 0
  #amountMinor = 0
  #field55: Uint8Array | undefined
  #original: Exchange | undefined
  #pending: { readonly message: TargetMessage; readonly fields: Fields } | undefined
  kind = 0
  key = ''
  readonly isBooked = false
  responseCode = ''
  readonly signsIn: boolean

  constructor(world: TargetWorld, options: TargetTillOptions) {
    this.#world = world
    this.#options = options
    this.signsIn = options.signsIn
    for (const { of } of world.messages) if (of !== undefined) this.#originals.set(of, [])
    const till = this
    this.#context = {
      get runningNumber() {
        return till.#number
      },
      value: (source) => till.#value(source),
      time: () => new Date(),
      randomDigits: (count) => Array.from({ length: count }, () => options.random.below(10)).join(''),
      original: (of, bit) =>
        of === 'request' ? till.#original?.request[bit] : till.#original?.reply.get(bit),
    }
  }

  get isReady(): boolean {
    return this.#options.visit.isOpen
  }

  write(target: Uint8Array, offset: number): number {
    const { envelope, speech, view, messages, requestKey } = this.#world
    const message = this.#choose()
    const fields = this.#fill(message)
    target.set(envelope, offset)
    const start = offset + envelope.length
    const { codec } = speech
    const end = codec.encodeInto({ mti: message.mti, fields }, target, start)
    if (end < 0)
      throw new InvariantError(`field ${codec.lastError?.field} of ${message.name} can not be written`)
    this.#seal(message, target, start, end)
    if (!view.index(target, start, end)) throw new InvariantError(`${message.name} can not be read`)
    this.key = requestKey(view)
    this.kind = messages.indexOf(message)
    this.#pending = { message, fields }
    return end
  }

  /** What is wrong with the values that `message` gets; what a reply would give is left out. Uses up numbers. */
  tryOut(message: TargetMessage): EncodeError | undefined {
    const { messages, speech } = this.#world
    const referred = messages.find(({ name }) => name === message.of)
    this.#original = undefined
    this.#original = referred === undefined ? undefined : { request: this.#fill(referred), reply: new Map() }
    const known = message.fields.filter(([, template]) => !needsReply(template))
    const fields = this.#fill({ ...message, fields: known })
    const result = speech.codec.encode({ mti: message.mti, fields })
    return result.ok ? undefined : result.error
  }

  #choose(): TargetMessage {
    const { first, messages } = this.#world
    if (!this.isReady && first !== undefined) return first
    const wanted = this.#options.mix.kind()
    let message = messages.find(({ name }) => name === wanted)
    this.#original = undefined
    // What it refers to may refer to something itself; a circle ends after as many steps as there are messages.
    for (let step = 0; message?.of !== undefined && step < messages.length; step++) {
      const taken = this.#originals.get(message.of)?.pop()
      if (taken !== undefined) {
        this.#original = taken
        return message
      }
      const { of } = message
      message = messages.find(({ name }) => name === of)
    }
    if (message === undefined) throw new InvariantError('a mix that names no message')
    return message
  }

  #fill({ fields: templates, hasMac }: TargetMessage): Fields {
    this.#number = this.#world.nextNumber()
    this.#amountMinor = this.#options.mix.amountMinor()
    this.#field55 = undefined
    const fields: Fields = {}
    const { elements } = this.#world.speech.codec.spec
    for (const [bit, template] of templates) {
      const value = fillTemplate(template, this.#context)
      // Some dialects carry bytes as text, one character a byte.
      fields[bit] =
        value instanceof Uint8Array && elements[bit]?.attribute !== 'b' ? bytesToAscii(value) : value
    }
    const { mac } = this.#world
    if (mac !== undefined && hasMac) fields[mac.field] = MAC_PLACE
    return fields
  }

  #value(source: TemplateSource): FieldValue | undefined {
    const { tid, mid, card, chip } = this.#options
    switch (source) {
      case 'stan':
        return String(((this.#number - 1) % STAN_COUNT) + 1).padStart(6, '0')
      case 'amount':
        return String(this.#amountMinor).padStart(12, '0')
      case 'tid':
        return tid
      case 'mid':
        return mid
      case 'pan':
        return card.pan
      case 'expiry':
        return card.expiry
      case 'sequence':
        return card.sequence
      case 'track2':
        return card.track2
      case 'pinBlock': {
        const { pinCipher } = this.#world
        return card.pin === undefined || pinCipher === undefined
          ? undefined
          : pinCipher.encrypt(encodePinBlock({ format: 0, pin: card.pin, pan: card.pan }))
      }
      case 'chip': {
        const { date, time } = this.#world.clock
        const stan = String(((this.#number - 1) % STAN_COUNT) + 1)
        const purchase = { amountMinor: this.#amountMinor, withPin: card.pin !== undefined, stan, date, time }
        this.#field55 = chip?.sign(purchase)
        return this.#field55
      }
    }
  }

  /** The MAC is the last field; its bytes stand as the dialect writes them. */
  #seal({ hasMac }: TargetMessage, target: Uint8Array, start: number, end: number): void {
    const { mac, speech } = this.#world
    if (mac === undefined || !hasMac) return
    const isHex = speech.codec.spec.elements[mac.field]?.content === 'hex'
    const macAt = end - (isHex ? MAC_PLACE.length * 2 : MAC_PLACE.length)
    const value = mac.compute(target.subarray(start, macAt))
    target.set(isHex ? asciiToBytes(toHex(value)) : value, macAt)
  }

  read(view: MessageView, frame: Uint8Array, start: number): Judgement {
    const pending = this.#pending
    if (pending === undefined) throw new InvariantError('a reply that nobody asked for')
    this.#pending = undefined
    const code = view.text(this.#world.responseCode) ?? ''
    this.responseCode = code
    const approved = this.#world.approved.has(code)
    if (!this.#isProved(pending.message, view, frame, start, approved)) return 'wrongMac'
    if (code === '') return 'badReply'
    if (!approved) return 'declined'
    if (this.#isRefusedByCard(view)) return 'wrongArpc'
    if (pending.message === this.#world.first) this.#options.visit.isOpen = true
    return this.#remember(pending.message, pending.fields, view) ? 'approved' : 'badReply'
  }

  #isProved(
    { hasMac }: TargetMessage,
    view: MessageView,
    frame: Uint8Array,
    start: number,
    approved: boolean,
  ): boolean {
    const { mac } = this.#world
    if (mac === undefined || !hasMac) return true
    const macAt = view.offsetOf(mac.field)
    if (macAt < 0) return !approved
    return equalBytes(mac.compute(frame.subarray(start, macAt)), view.value(mac.field) ?? MAC_PLACE)
  }

  /** Only where the reply carries issuer authentication data. */
  #isRefusedByCard(view: MessageView): boolean {
    const { chip } = this.#options
    if (this.#field55 === undefined || chip === undefined || !view.has(55)) return false
    const bytes = view.value(55) ?? asciiToBytes(view.text(55) ?? '')
    return !chip.accepts(bytes)
  }

  /** False: what the reply holds does not fit the messages that would refer to it. */
  #remember({ name }: TargetMessage, request: Fields, view: MessageView): boolean {
    const kept = this.#originals.get(name)
    if (kept === undefined) return true
    const reply = new Map<number, FieldValue>()
    for (let bit = 2; bit <= 128; bit++) {
      const value = view.has(bit) ? (view.text(bit) ?? view.value(bit)) : undefined
      if (value !== undefined) reply.set(bit, value)
    }
    const { codec } = this.#world.speech
    this.#original = { request, reply }
    for (const message of this.#world.messages) {
      if (message.of !== name) continue
      if (!codec.encode({ mti: message.mti, fields: this.#fill(message) }).ok) return false
    }
    if (kept.length >= ORIGINALS_MAX) kept.shift()
    kept.push(this.#original)
    return true
  }

  unanswered(): void {
    this.#pending = undefined
  }
}
