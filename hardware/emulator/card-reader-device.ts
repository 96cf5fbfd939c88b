import { concatBytes } from '../../src/base/bytes.ts'
import type { CancelTimer, Clock, Random } from '../../src/base/ports.ts'
import {
  encodeDeviceStatus,
  encodeIdentity,
  PROTOCOL_VERSION,
  READER_CAPABILITY,
  READER_FLAG,
} from '../protocol/device-payloads.ts'
import { ADDRESS, COMMAND, EVENT, STATUS } from '../protocol/link-codes.ts'
import {
  type ArmRequest,
  type CardEvent,
  decodeArm,
  decodeSignal,
  encodeCardEvent,
} from '../protocol/reader-payloads.ts'
import { isAcceptableAtr } from './answer-to-reset.ts'
import { bootIdFrom } from './boot-id.ts'
import type { ChipCard } from './chip-card/chip-card.ts'
import { ContactlessField, type FieldFace, type TappedCard } from './contactless-field.ts'
import { type DeviceReply, DeviceSession, OK } from './device-session.ts'

/** The tracks of a card as the head reads them: without sentinels and LRC; undefined is not readable. */
export interface Stripe {
  readonly track1?: string | undefined
  readonly track2?: string | undefined
  readonly track3?: string | undefined
}

export interface CardReaderDeviceOptions {
  readonly clock: Clock
  readonly random: Random
  readonly serialNumber: string
  /** The reader's lamp: a card is wanted, the card may be taken, or neither. */
  readonly lamp: (state: 'off' | 'cardWanted' | 'takeCard') => void
  /** Hears its four lights and its beeper; a reader without it has no contactless side. */
  readonly field?: (face: FieldFace) => void
}

/** A card reader with a chip slot, a stripe head and, where it has one, a contactless field. Source: docs/peripheral-link.md 6. */
export class CardReaderDevice {
  readonly session: DeviceSession
  readonly #options: CardReaderDeviceOptions
  #bootId: number
  #armed: ArmRequest | undefined
  #cancelArm: CancelTimer | undefined
  #card: ChipCard | undefined
  #isPowered = false
  /** The contacts do not meet: the next chip inserted gives no answer to reset. */
  #isDirty = false
  readonly #field: ContactlessField | undefined

  constructor(options: CardReaderDeviceOptions) {
    this.#options = options
    this.#bootId = bootIdFrom(options.random)
    this.#field = options.field && new ContactlessField(options.clock, options.field)
    this.session = new DeviceSession({
      address: ADDRESS.cardReader,
      clock: options.clock,
      perform: (command, payload, finish) => finish(this.#perform(command, payload)),
      restarted: () => this.#disarm(),
    })
  }

  get hasCard(): boolean {
    return this.#card !== undefined
  }

  /** Waiting for a card in its field. */
  get isFieldOn(): boolean {
    return this.#armed?.technologies !== undefined
  }

  /** What the four lights show. */
  get face(): FieldFace {
    return this.#field?.face ?? { lights: 0, beep: 'none' }
  }

  /** Power came back: a new life, with nothing armed; a card that is still there may be taken. */
  restart(): void {
    this.#field?.off()
    this.#bootId = bootIdFrom(this.#options.random)
    this.#disarm()
    this.#powerOff()
    if (this.#card !== undefined) this.#options.lamp('takeCard')
  }

  /** `isDirty`: its contacts are not readable. False when the slot is taken. */
  insert(card: ChipCard, isDirty = false): boolean {
    if (this.#card !== undefined) return false
    this.#card = card
    this.#isDirty = isDirty
    this.#offerChip()
    return true
  }

  /** Pulls the card, whatever goes on. False when there was none. */
  remove(): boolean {
    if (this.#card === undefined) return false
    this.#powerOff()
    this.#card = undefined
    this.#options.lamp('off')
    this.session.report(EVENT.cardRemoved, new Uint8Array(0))
    return true
  }

  /** True when the reader was waiting for a stripe. */
  swipe({ track1, track2, track3 }: Stripe): boolean {
    if (this.#armed?.stripe !== true) return false
    const isReadable = [track1, track2, track3].some((track) => track !== undefined)
    this.#offer(isReadable ? { kind: 'stripe', track1, track2, track3 } : { kind: 'stripeUnreadable' })
    return true
  }

  /** Holds cards at the reader until the field goes off. False when the field was not on. */
  tap(cards: readonly TappedCard[]): boolean {
    const technologies = this.#armed?.technologies
    const event = technologies === undefined ? undefined : this.#field?.present(cards, technologies)
    if (event === undefined) return false
    this.#offer(event)
    return true
  }

  /** Pulls the card out of the field, whatever goes on. False when there was none. */
  takeAway(): boolean {
    if (this.#field?.take() !== true) return false
    this.session.report(EVENT.cardRemoved, new Uint8Array(0))
    return true
  }

  #perform(command: number, payload: Uint8Array): DeviceReply {
    switch (command) {
      case COMMAND.identify:
        return { status: STATUS.ok, body: this.#identity() }
      case COMMAND.selfTest:
        return { status: STATUS.ok, body: Uint8Array.of(0) }
      case COMMAND.status:
        return {
          status: STATUS.ok,
          body: encodeDeviceStatus({ bootId: this.#bootId, flags: this.#flags(), fault: 0 }),
        }
      case COMMAND.arm:
        return this.#arm(decodeArm(payload))
      case COMMAND.disarm:
        this.#disarm()
        return OK
      case COMMAND.transmit:
        return this.#transmit(payload)
      case COMMAND.powerOff:
        this.#powerOff()
        if (this.#card !== undefined) this.#options.lamp('takeCard')
        return OK
      case COMMAND.fieldOff:
      case COMMAND.signal:
        return this.#performContactless(command, payload)
      default:
        return { status: STATUS.unknownCommand }
    }
  }

  #performContactless(command: number, payload: Uint8Array): DeviceReply {
    const field = this.#field
    if (field === undefined) return { status: STATUS.unknownCommand }
    if (command === COMMAND.fieldOff) {
      field.off()
      return OK
    }
    const signal = decodeSignal(payload)
    if (signal === undefined) return { status: STATUS.badPayload }
    field.signal(signal)
    return OK
  }

  #identity(): Uint8Array {
    return encodeIdentity({
      protocolVersion: PROTOCOL_VERSION,
      deviceClass: ADDRESS.cardReader,
      bootId: this.#bootId,
      serialNumber: this.#options.serialNumber,
      firmware: 'Tillwire emulated reader 1',
      ...(this.#field === undefined ? {} : { capabilities: READER_CAPABILITY.contactless }),
    })
  }

  #flags(): number {
    return (
      (this.#card === undefined ? 0 : READER_FLAG.cardPresent) |
      (this.#isPowered ? READER_FLAG.powered : 0) |
      (this.#armed === undefined ? 0 : READER_FLAG.armed)
    )
  }

  #arm(request: ArmRequest | undefined): DeviceReply {
    const wantsField = request?.technologies !== undefined
    if (request === undefined || (wantsField && this.#field === undefined)) {
      return { status: STATUS.badPayload }
    }
    this.#disarm()
    this.#field?.off()
    this.#armed = request
    this.#options.lamp('cardWanted')
    const { clock } = this.#options
    if (request.timeoutMs > 0) {
      this.#cancelArm = clock.schedule(clock.nowMs() + request.timeoutMs, () => this.#disarm())
    }
    if (this.#card !== undefined) this.#offerChip()
    return OK
  }

  #disarm(): void {
    this.#cancelArm?.()
    if (this.#armed !== undefined) this.#options.lamp('off')
    if (this.isFieldOn) this.#field?.dark()
    this.#armed = undefined
  }

  /** Cold reset, and one warm reset when its answer is not acceptable. Source: ISO 7816-3; EMV Book 1, 6.1.3. */
  #offerChip(): void {
    const card = this.#card
    if (card === undefined || this.#armed?.chip !== true) return
    const resets = this.#isDirty ? [] : [card.powerOn(), card.powerOn()]
    const atr = resets.find(isAcceptableAtr)
    this.#isPowered = atr !== undefined
    if (atr === undefined) card.powerOff()
    this.#offer(atr === undefined ? { kind: 'chipUnreadable' } : { kind: 'chip', atr })
  }

  #offer(event: CardEvent): void {
    this.#disarm()
    this.session.report(EVENT.card, encodeCardEvent(event))
  }

  #transmit(apdu: Uint8Array): DeviceReply {
    const card = this.#card
    if (apdu.length < 4) return { status: STATUS.badPayload }
    if (this.#field?.hasCard === true) return this.#transmitInField(this.#field, apdu)
    if (card === undefined || !this.#isPowered) return { status: STATUS.noCard }
    const body = exchangeApdu(card, apdu)
    const isResponse = body.length >= 2 && body.length <= RESPONSE_SIZE_MAX
    // A card that says nothing, or more than it may, is as good as gone, until it is put in again.
    if (!isResponse) this.#powerOff()
    return isResponse ? { status: STATUS.ok, body } : { status: STATUS.noCard }
  }

  #transmitInField(field: ContactlessField, apdu: Uint8Array): DeviceReply {
    const body = field.transmit((card) => exchangeApdu(card, apdu))
    const isResponse = body !== undefined && body.length >= 2 && body.length <= RESPONSE_SIZE_MAX
    if (isResponse) return { status: STATUS.ok, body }
    this.takeAway()
    return { status: STATUS.noCard }
  }

  #powerOff(): void {
    if (this.#isPowered) this.#card?.powerOff()
    this.#isPowered = false
  }
}

const GET_RESPONSES_MAX = 8
/** Of a short command, with its status word. Source: ISO/IEC 7816-4, 5.1. */
const RESPONSE_SIZE_MAX = 258

/** Hides what T=0 cards leave to the transport: 61xx is fetched, 6Cxx repeated. Source: ISO 7816-3, 10.3. */
function exchangeApdu(card: ChipCard, apdu: Uint8Array): Uint8Array {
  let response = card.transmit(apdu)
  const collected: Uint8Array[] = []
  for (let count = 0; count < GET_RESPONSES_MAX && response.length >= 2; count++) {
    const sw1 = response[response.length - 2]
    const sw2 = response[response.length - 1] ?? 0
    if (sw1 === 0x6c) {
      response = card.transmit(concatBytes([withoutLe(apdu), Uint8Array.of(sw2)]))
    } else if (sw1 === 0x61) {
      collected.push(response.subarray(0, -2))
      response = card.transmit(Uint8Array.of(0x00, 0xc0, 0x00, 0x00, sw2))
    } else break
  }
  return concatBytes([...collected, response])
}

function withoutLe(apdu: Uint8Array): Uint8Array {
  if (apdu.length === 5) return apdu.subarray(0, 4)
  return apdu.length === 6 + (apdu[4] ?? 0) ? apdu.subarray(0, -1) : apdu
}
