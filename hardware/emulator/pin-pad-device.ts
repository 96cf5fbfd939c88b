import { bytesToAscii, concatBytes } from '../../src/base/bytes.ts'
import type { CancelTimer, Clock, Random } from '../../src/base/ports.ts'
import {
  encodeDeviceStatus,
  encodeIdentity,
  PIN_PAD_FLAG,
  PROTOCOL_VERSION,
} from '../protocol/device-payloads.ts'
import { ADDRESS, COMMAND, EVENT, STATUS } from '../protocol/link-codes.ts'
import {
  decodeEnterPin,
  decodeMac,
  decodeShow,
  decodeWorkingKeys,
  encodePinResult,
  MAC_DATA_SIZE_MAX,
  type PinResultEvent,
  PROTECT_SIZE_MAX,
} from '../protocol/pin-pad-payloads.ts'
import { bootIdFrom } from './boot-id.ts'
import { type DeviceReply, DeviceSession, OK } from './device-session.ts'
import { PadKeyLoading } from './pad-key-loading.ts'
import { type KeyMemory, PinKeys } from './pin-keys.ts'

/** What the pad's screen shows. Never a digit of a PIN. */
export type PadScreen =
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | { readonly kind: 'enterPin'; readonly amountText: string; readonly digitCount: number }

export interface PinPadDeviceOptions {
  readonly clock: Clock
  readonly random: Random
  readonly memory: KeyMemory
  readonly screenChanged: (screen: PadScreen) => void
}

export type PadKey = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | 'clear' | 'enter' | 'cancel'

interface Entry {
  readonly lengthMin: number
  readonly lengthMax: number
  readonly pan: string | undefined
  readonly amountText: string
  digits: string
}

/** A PIN pad with keys, a screen of four lines and a safe. Source: docs/peripheral-link.md 7. */
export class PinPadDevice {
  readonly session: DeviceSession
  readonly #options: PinPadDeviceOptions
  readonly #keys: PinKeys
  #bootId: number
  #entry: Entry | undefined
  #cancelEntryTimer: CancelTimer | undefined
  #macData: Uint8Array[] = []
  readonly #loading: PadKeyLoading

  constructor(options: PinPadDeviceOptions) {
    this.#options = options
    this.#keys = new PinKeys(options.memory, options.random)
    this.#bootId = bootIdFrom(options.random)
    this.session = new DeviceSession({
      address: ADDRESS.pinPad,
      clock: options.clock,
      perform: (command, payload, finish) => finish(this.#perform(command, payload)),
      restarted: () => this.#forget(),
    })
    this.#loading = new PadKeyLoading({
      ...options,
      keys: this.#keys,
      report: (event, payload) => this.session.report(event, payload),
    })
  }

  get hasMasterKey(): boolean {
    return this.#keys.has('masterKey')
  }

  get isEnteringPin(): boolean {
    return this.#entry !== undefined
  }

  /** A key component is being typed. */
  get isEnteringComponent(): boolean {
    return this.#loading.isEntering
  }

  /** Power came back: the keys are still there, an open entry is not. */
  restart(): void {
    this.#bootId = bootIdFrom(this.#options.random)
    this.#forget()
  }

  /** False when neither PIN nor key component is asked for: the key does nothing. */
  press(key: PadKey): boolean {
    const entry = this.#entry
    if (entry === undefined) return this.#loading.press(key)
    if (key === 'cancel') this.#end({ kind: 'cancelled' })
    else if (key === 'enter') this.#enter(entry)
    else {
      if (key === 'clear') entry.digits = ''
      else if (entry.digits.length < entry.lengthMax) entry.digits += key
      this.session.report(EVENT.keyPressed, Uint8Array.of(entry.digits.length))
      this.#show(entry)
    }
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
      case COMMAND.enterPin:
        return this.#enterPin(payload)
      case COMMAND.cancelPin:
        if (this.#loading.cancel()) return OK
        if (this.#entry === undefined) return { status: STATUS.wrongState }
        this.#closeEntry()
        return OK
      case COMMAND.show:
        return this.#showLines(payload)
      default:
        return this.#performWithKeys(command, payload)
    }
  }

  #performWithKeys(command: number, payload: Uint8Array): DeviceReply {
    switch (command) {
      case COMMAND.loadMasterKey:
        return this.#keys.loadMasterKey(bytesToAscii(payload))
      case COMMAND.loadWorkingKeys: {
        const request = decodeWorkingKeys(payload)
        return request === undefined ? { status: STATUS.badPayload } : this.#keys.loadWorkingKeys(request)
      }
      case COMMAND.clearWorkingKeys:
        this.#keys.clearWorkingKeys()
        return OK
      case COMMAND.mac:
        return this.#mac(payload)
      case COMMAND.encryptTrack: {
        const digits = bytesToAscii(payload)
        return /^[0-9D]{1,107}$/.test(digits)
          ? this.#keys.encryptTrack(digits)
          : { status: STATUS.badPayload }
      }
      case COMMAND.protect:
        return payload.length <= PROTECT_SIZE_MAX
          ? { status: STATUS.ok, body: this.#keys.protect(payload) }
          : { status: STATUS.badPayload }
      case COMMAND.unprotect:
        return this.#keys.unprotect(payload)
      default:
        if (command === COMMAND.enterComponent && this.#entry !== undefined) return { status: STATUS.busy }
        return this.#loading.perform(command, payload) ?? { status: STATUS.unknownCommand }
    }
  }

  #identity(): Uint8Array {
    return encodeIdentity({
      protocolVersion: PROTOCOL_VERSION,
      deviceClass: ADDRESS.pinPad,
      bootId: this.#bootId,
      serialNumber: this.#options.memory.content.serialNumber,
      firmware: 'Tillwire emulated PIN pad 1',
    })
  }

  #flags(): number {
    return (
      (this.#keys.has('masterKey') ? PIN_PAD_FLAG.masterKey : 0) |
      (this.#keys.has('pinKey') ? PIN_PAD_FLAG.pinKey : 0) |
      (this.#keys.has('macKey') ? PIN_PAD_FLAG.macKey : 0) |
      (this.#keys.has('trackKey') ? PIN_PAD_FLAG.trackKey : 0) |
      (this.#entry === undefined && !this.#loading.isEntering ? 0 : PIN_PAD_FLAG.enteringPin)
    )
  }

  #enterPin(payload: Uint8Array): DeviceReply {
    const request = decodeEnterPin(payload)
    if (request === undefined || request.lengthMin < 4) return { status: STATUS.badPayload }
    if (this.#entry !== undefined || this.#loading.isEntering) return { status: STATUS.busy }
    const possible = this.#keys.canEncryptPin()
    if (possible.status !== STATUS.ok) return possible
    const { lengthMin, lengthMax, pan, timeoutMs } = request
    const amountText = Buffer.from(request.amountUtf8).toString('utf8')
    this.#entry = { lengthMin, lengthMax, pan, amountText, digits: '' }
    this.#show(this.#entry)
    const { clock } = this.#options
    const atMs = clock.nowMs() + timeoutMs
    this.#cancelEntryTimer = clock.schedule(atMs, () => this.#end({ kind: 'timeout' }))
    return OK
  }

  /** Without digits the cardholder wants no PIN; too few digits are not taken. */
  #enter({ digits, lengthMin, pan }: Entry): void {
    if (digits.length === 0) this.#end({ kind: 'bypassed' })
    if (digits.length < lengthMin) return
    const pinBlock = this.#keys.pinBlock(digits, pan)
    this.#end(pinBlock === undefined ? { kind: 'keyMissing' } : { kind: 'entered', pinBlock })
  }

  #end(event: PinResultEvent): void {
    this.#closeEntry()
    this.session.report(EVENT.pinResult, encodePinResult(event))
  }

  #closeEntry(): void {
    this.#cancelEntryTimer?.()
    this.#entry = undefined
    this.#options.screenChanged({ kind: 'lines', lines: [] })
  }

  #show({ amountText, digits }: Entry): void {
    this.#options.screenChanged({ kind: 'enterPin', amountText, digitCount: digits.length })
  }

  #showLines(payload: Uint8Array): DeviceReply {
    const lines = decodeShow(payload)
    if (lines === undefined) return { status: STATUS.badPayload }
    const texts = lines.map((line) => Buffer.from(line).toString('utf8'))
    const isFree = this.#entry === undefined && !this.#loading.isEntering
    if (isFree) this.#options.screenChanged({ kind: 'lines', lines: texts })
    return OK
  }

  /** Parts are collected; the last one is answered with the MAC over all of them. */
  #mac(payload: Uint8Array): DeviceReply {
    const request = decodeMac(payload)
    const collected = this.#macData
    this.#macData = []
    if (request === undefined) return { status: STATUS.badPayload }
    const data = concatBytes([...collected, request.data])
    if (data.length > MAC_DATA_SIZE_MAX) return { status: STATUS.badPayload }
    if (!request.hasMore) return this.#keys.mac(request.algorithm, data)
    this.#macData = [data]
    return OK
  }

  #forget(): void {
    this.#macData = []
    this.#loading.forget()
    if (this.#entry !== undefined) this.#closeEntry()
  }
}

/** Keys of a text: digits, `#` enter, `c` clear, `x` cancel; undefined when it has anything else. */
export function padKeys(text: string): readonly PadKey[] | undefined {
  const keys: PadKey[] = []
  for (const character of text) {
    const key = NAMED_KEYS[character] ?? DIGIT_KEYS.find((digit) => digit === character)
    if (key === undefined) return undefined
    keys.push(key)
  }
  return keys
}

const NAMED_KEYS: Readonly<Record<string, PadKey>> = { '#': 'enter', c: 'clear', x: 'cancel' }
const DIGIT_KEYS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const
