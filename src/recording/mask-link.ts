import { decodeDeviceStatus, decodeIdentity } from '../../hardware/protocol/device-payloads.ts'
import {
  decodeComponentResult,
  decodeEnterComponent,
  encodeComponentResult,
} from '../../hardware/protocol/key-loading-payloads.ts'
import { COMMAND, EVENT, LINK, REPLY, STATUS } from '../../hardware/protocol/link-codes.ts'
import { FROM_DEVICE, type LinkFrame } from '../../hardware/protocol/link-frame.ts'
import { sized, sizedText, uint } from '../../hardware/protocol/payload-writer.ts'
import {
  decodeEnterPin,
  decodeMac,
  decodePinResult,
  decodeShow,
  decodeWorkingKeys,
  encodeMac,
  encodePinResult,
  encodeWorkingKeys,
} from '../../hardware/protocol/pin-pad-payloads.ts'
import {
  decodeArm,
  decodeCardEvent,
  decodeSignal,
  encodeCardEvent,
} from '../../hardware/protocol/reader-payloads.ts'
import { asciiToBytes, bytesToAscii, concatBytes } from '../base/bytes.ts'
import type { Codec } from '../iso8583/compile.ts'
import { ApduMask } from './mask-apdu.ts'
import type { MessageMask } from './mask-message.ts'
import { maskStoredCard, maskTrack1, maskTrack2, maskTrack3 } from './mask-track.ts'
import type { TestCards } from './test-cards.ts'

/** The payload as it may be recorded, as long as it was; undefined: its size alone. */
type PayloadMask = (payload: Uint8Array) => Uint8Array | undefined

export type CommandName = keyof typeof COMMAND
export type EventName = keyof typeof EVENT

export interface LinkMaskOptions {
  readonly cards: TestCards
  readonly messages: MessageMask
  /** Dialect of the messages that the pad makes MACs of. */
  readonly codec: Codec
  /** An encrypted track and what it was made from. */
  readonly trackEncrypted: (encrypted: string, clear: string) => void
}

const MAC_PLACE = new Uint8Array(8)
/** Source: ISO/IEC 7813. */
const TRACK_2_SIZE_MAX = 37

const empty: PayloadMask = (payload) => (payload.length === 0 ? payload : undefined)
const filled: PayloadMask = (payload) => new Uint8Array(payload.length)
const filledText: PayloadMask = (payload) => new Uint8Array(payload.length).fill(0x30)
const oneByte: PayloadMask = (payload) => (payload.length === 1 ? payload : undefined)

/** Keeps a payload that `decode` can read to its end. */
function when(decode: (payload: Uint8Array) => unknown): PayloadMask {
  return (payload) => (decode(payload) === undefined ? undefined : payload)
}

/**
 * Masks frames of the peripheral link, by message type. The tables hold each command and event by name, so that a new
 * one does not compile before somebody has said what of it may be recorded; a code that has no name is recorded by its
 * size.
 */
export class LinkMask {
  readonly #options: LinkMaskOptions
  readonly #apdus: ApduMask
  #track = ''
  readonly #commands: { readonly [name in CommandName]: PayloadMask }
  readonly #replies: { readonly [name in CommandName]: PayloadMask }
  readonly #events: { readonly [name in EventName]: PayloadMask }

  constructor(options: LinkMaskOptions) {
    this.#options = options
    this.#apdus = new ApduMask(options.cards)
    this.#commands = this.#commandMasks()
    this.#replies = this.#replyMasks()
    this.#events = {
      card: (payload) => this.#cardEvent(payload),
      cardRemoved: empty,
      pinResult: maskPinResult,
      keyPressed: oneByte,
      componentResult: maskComponentResult,
    }
  }

  /** The frame with its payload masked; undefined when nothing of it may be recorded. */
  mask(frame: LinkFrame): LinkFrame | undefined {
    const payload = this.#maskPayload(frame)
    return payload === undefined ? undefined : { ...frame, payload }
  }

  #maskPayload({ address, command, payload }: LinkFrame): Uint8Array | undefined {
    if (command === LINK.ack || command === LINK.nak) return empty(payload)
    if ((address & FROM_DEVICE) === 0) {
      const name = commandName(command)
      return name === undefined ? undefined : this.#commands[name](payload)
    }
    const event = eventName(command)
    if (event !== undefined) return this.#events[event](payload)
    const name = (command & REPLY) === 0 ? undefined : commandName(command & ~REPLY)
    return name === undefined ? undefined : maskReply(this.#replies[name], payload)
  }

  #commandMasks(): { readonly [name in CommandName]: PayloadMask } {
    return {
      identify: empty,
      selfTest: empty,
      status: empty,
      arm: when(decodeArm),
      disarm: empty,
      transmit: (payload) => this.#apdus.command(payload),
      powerOff: empty,
      fieldOff: empty,
      signal: when(decodeSignal),
      loadMasterKey: maskKeyBlock,
      loadWorkingKeys: maskWorkingKeys,
      clearWorkingKeys: empty,
      enterPin: (payload) => this.#enterPin(payload),
      cancelPin: empty,
      mac: (payload) => this.#mac(payload),
      encryptTrack: (payload) => {
        this.#track = bytesToAscii(payload)
        return asciiToBytes(this.#maskTrackDigits(this.#track))
      },
      protect: (payload) => this.#storedCard(payload),
      unprotect: filled,
      show: (payload) => this.#show(payload),
      readCertificate: filled,
      requestKey: filled,
      loadKeyPackage: filled,
      enterComponent: when(decodeEnterComponent),
      joinComponents: filled,
    }
  }

  #replyMasks(): { readonly [name in CommandName]: PayloadMask } {
    return {
      identify: when(decodeIdentity),
      selfTest: oneByte,
      status: when(decodeDeviceStatus),
      arm: empty,
      disarm: empty,
      transmit: (body) => this.#apdus.response(body),
      powerOff: empty,
      fieldOff: empty,
      signal: empty,
      loadMasterKey: filled,
      loadWorkingKeys: empty,
      clearWorkingKeys: empty,
      enterPin: empty,
      cancelPin: empty,
      mac: filled,
      encryptTrack: (body) => {
        this.#options.trackEncrypted(bytesToAscii(body), this.#track)
        return filledText(body)
      },
      protect: filled,
      unprotect: (body) => this.#storedCard(body),
      show: empty,
      readCertificate: filled,
      requestKey: filled,
      loadKeyPackage: filled,
      enterComponent: empty,
      joinComponents: filled,
    }
  }

  #cardEvent(payload: Uint8Array): Uint8Array | undefined {
    const event = decodeCardEvent(payload)
    if (event?.kind !== 'stripe') return event === undefined ? undefined : payload
    const { cards } = this.#options
    const masked = (mask: typeof maskTrack1, track: string | undefined): string | undefined =>
      track === undefined ? undefined : mask(cards, track)
    return encodeCardEvent({
      kind: 'stripe',
      track2: masked(maskTrack2, event.track2),
      track1: masked(maskTrack1, event.track1),
      track3: masked(maskTrack3, event.track3),
    })
  }

  #enterPin(payload: Uint8Array): Uint8Array | undefined {
    const request = decodeEnterPin(payload)
    if (request === undefined) return undefined
    const { cards } = this.#options
    return concatBytes([
      uint(request.lengthMin, 1),
      uint(request.lengthMax, 1),
      uint(request.timeoutMs, 4),
      sizedText(request.pan === undefined ? '' : cards.panFor(request.pan)),
      sized(scrubbed(cards, request.amountUtf8)),
    ])
  }

  /** The data of a MAC are a message up to its MAC field; parts of a longer one can not be read. */
  #mac(payload: Uint8Array): Uint8Array | undefined {
    const request = decodeMac(payload)
    if (request === undefined || request.hasMore) return undefined
    const { messages, codec } = this.#options
    const masked = messages.mask(codec, concatBytes([request.data, MAC_PLACE]))
    if (masked === undefined) return undefined
    return encodeMac({ ...request, data: masked.bytes.subarray(0, -MAC_PLACE.length) })
  }

  #maskTrackDigits(digits: string): string {
    const { cards } = this.#options
    return digits.length <= TRACK_2_SIZE_MAX ? maskTrack2(cards, digits) : maskTrack3(cards, digits)
  }

  #storedCard(payload: Uint8Array): Uint8Array {
    const text = maskStoredCard(this.#options.cards, bytesToAscii(payload))
    return asciiToBytes(text ?? '0'.repeat(payload.length))
  }

  #show(payload: Uint8Array): Uint8Array | undefined {
    const lines = decodeShow(payload)
    return lines && concatBytes(lines.map((line) => sized(scrubbed(this.#options.cards, line))))
  }
}

/** A status; behind it a body when all is well, else at most the slot of a key. */
function maskReply(mask: PayloadMask, payload: Uint8Array): Uint8Array | undefined {
  const [status] = payload
  if (status === undefined) return undefined
  const body = payload.subarray(1)
  if (status !== STATUS.ok) return body.length <= 1 ? payload : undefined
  const masked = mask(body)
  return masked && concatBytes([Uint8Array.of(status), masked])
}

function maskPinResult(payload: Uint8Array): Uint8Array | undefined {
  const event = decodePinResult(payload)
  if (event?.kind !== 'entered') return event === undefined ? undefined : payload
  return encodePinResult({ kind: 'entered', pinBlock: new Uint8Array(event.pinBlock.length) })
}

function maskComponentResult(payload: Uint8Array): Uint8Array | undefined {
  const event = decodeComponentResult(payload)
  if (event?.kind !== 'entered') return event === undefined ? undefined : payload
  return encodeComponentResult({ kind: 'entered', checkValue: new Uint8Array(event.checkValue.length) })
}

function maskWorkingKeys(payload: Uint8Array): Uint8Array | undefined {
  const request = decodeWorkingKeys(payload)
  if (request === undefined) return undefined
  const keys = request.keys.map(({ slot, cryptogram, checkValue }) => ({
    slot,
    cryptogram: new Uint8Array(cryptogram.length),
    checkValue: new Uint8Array(checkValue.length),
  }))
  return encodeWorkingKeys({ ...request, keys })
}

/** The header of a TR-31 block says what kind of key it is; all behind it becomes zeros. */
function maskKeyBlock(payload: Uint8Array): Uint8Array | undefined {
  const text = bytesToAscii(payload)
  const header = /^[A-D]\d{4}[A-Z0-9]{11}/.exec(text)?.[0]
  return header === undefined ? undefined : asciiToBytes(header.padEnd(text.length, '0'))
}

/** Digits are one byte each in UTF-8 and in what stands for them here. */
function scrubbed(cards: TestCards, utf8: Uint8Array): Uint8Array {
  return asciiToBytes(cards.scrub(bytesToAscii(utf8)))
}

export function commandName(code: number): CommandName | undefined {
  return nameOf(COMMAND, code)
}

export function eventName(code: number): EventName | undefined {
  return nameOf(EVENT, code)
}

function nameOf<Name extends string>(
  codes: { readonly [name in Name]: number },
  code: number,
): Name | undefined {
  for (const name in codes) if (codes[name] === code) return name
  return undefined
}
