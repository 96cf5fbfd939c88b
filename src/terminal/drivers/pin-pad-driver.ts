import {
  CERTIFICATE_PART_SIZE_MAX,
  decodeCertificateBody,
  decodeComponentResult,
  decodeKeyRequestBody,
  encodeCertificatePart,
  encodeEnterComponent,
  encodeJoinComponents,
  encodePackagePart,
  PACKAGE_PART_SIZE_MAX,
} from '../../../hardware/protocol/key-loading-payloads.ts'
import { ADDRESS, COMMAND, EVENT, STATUS, statusText } from '../../../hardware/protocol/link-codes.ts'
import {
  decodePinResult,
  encodeEnterPin,
  encodeMac,
  encodeShow,
  encodeWorkingKeys,
  type KeySlotName,
  type LinkWorkingKey,
  MAC_PART_SIZE_MAX,
  slotName,
} from '../../../hardware/protocol/pin-pad-payloads.ts'
import { asciiToBytes, bytesToAscii, concatBytes } from '../../base/bytes.ts'
import { invariant } from '../../base/invariant.ts'
import type { CancelTimer, Clock } from '../../base/ports.ts'
import type {
  DeviceCondition,
  DeviceMissing,
  MacAlgorithm,
  PinPadAnswer,
  PinPadCommand,
  WorkingKeySlot,
} from '../flows/peripheral-effect.ts'
import { type CommandResult, LinkDevice } from './link-device.ts'
import type { LinkLine } from './link-line.ts'

const MISSING: DeviceMissing = { kind: 'missing', device: 'pinPad' }
const EMPTY = new Uint8Array(0)
/** The pad waits a little longer than the terminal, which cancels it in time. */
const PIN_MARGIN_MS = 5000
const WORKING_SLOTS: readonly WorkingKeySlot[] = ['pinKey', 'macKey', 'trackKey']

type Done = (answer: PinPadAnswer) => void
type Load = Extract<PinPadCommand, { readonly op: 'loadWorkingKeys' }>
type KeyLoading = Extract<
  PinPadCommand,
  {
    readonly op: 'readCertificate' | 'requestKey' | 'loadKeyPackage' | 'enterComponent' | 'joinComponents'
  }
>
type EnterPin = Extract<PinPadCommand, { readonly op: 'enterPin' }>

/** The terminal's side of the PIN pad: the peripheral link's commands 30 to 3E and the events of its keys. */
export class PinPadDriver {
  readonly #device: LinkDevice
  readonly #clock: Clock
  #entry: Done | undefined
  #stopTimer: CancelTimer | undefined

  constructor(options: {
    readonly line: LinkLine
    readonly clock: Clock
    readonly changed: () => void
    /** A key of the pad was pressed; how many digits it holds, never which. */
    readonly keyPressed?: (digitCount: number) => void
  }) {
    this.#clock = options.clock
    this.#device = new LinkDevice({
      device: 'pinPad',
      address: ADDRESS.pinPad,
      line: options.line,
      clock: options.clock,
      event: (code, payload) => {
        if (code === EVENT.pinResult) this.#pinResult(payload)
        if (code === EVENT.componentResult) this.#componentResult(payload)
        if (code === EVENT.keyPressed) options.keyPressed?.(payload[0] ?? 0)
      },
      changed: (isLost) => {
        // A pad that began anew has forgotten that it was asked for a PIN.
        if (isLost) this.#finish(MISSING)
        options.changed()
      },
    })
  }

  get condition(): DeviceCondition {
    return this.#device.condition
  }

  perform(command: PinPadCommand, done: Done): void {
    switch (command.op) {
      case 'loadMasterKey':
        this.#ask(COMMAND.loadMasterKey, asciiToBytes(command.keyBlock), done, (body) => ({
          kind: 'masterKeyLoaded',
          checkValue: body,
        }))
        return
      case 'loadWorkingKeys':
        this.#ask(COMMAND.loadWorkingKeys, workingKeysPayload(command), done, () => ({ kind: 'done' }))
        return
      case 'clearWorkingKeys':
        this.#ask(COMMAND.clearWorkingKeys, EMPTY, done, () => ({ kind: 'done' }))
        return
      case 'enterPin':
        this.#enterPin(command, done)
        return
      case 'mac':
        this.#mac(command.algorithm, command.data, done)
        return
      case 'encryptTrack':
        this.#ask(COMMAND.encryptTrack, asciiToBytes(command.digits), done, (body) => ({
          kind: 'track',
          digits: bytesToAscii(body),
        }))
        return
      case 'protect':
        this.#ask(COMMAND.protect, command.data, done, (data) => ({ kind: 'data', data }))
        return
      case 'unprotect':
        this.#ask(COMMAND.unprotect, command.ciphertext, done, (data) => ({ kind: 'data', data }))
        return
      case 'show':
        this.#ask(COMMAND.show, encodeShow(command.lines), done, () => ({ kind: 'done' }))
        return
      default:
        this.#loadKey(command, done)
    }
  }

  #loadKey(command: KeyLoading, done: Done): void {
    switch (command.op) {
      case 'readCertificate':
        this.#readCertificate(command.index, new Uint8Array(0), done)
        return
      case 'requestKey':
        this.#ask(COMMAND.requestKey, command.context, done, (body) => {
          const request = decodeKeyRequestBody(body)
          return request === undefined ? unreadable('key request') : { kind: 'keyRequest', ...request }
        })
        return
      case 'loadKeyPackage':
        this.#loadPackage(command.keyPackage, done)
        return
      case 'enterComponent':
        this.#enter(COMMAND.enterComponent, command.timeoutMs, done, (timeoutMs) =>
          encodeEnterComponent({ ...command, timeoutMs }),
        )
        return
      case 'joinComponents':
        this.#ask(
          COMMAND.joinComponents,
          encodeJoinComponents(command.algorithm, command.checkValue),
          done,
          (checkValue) => ({ kind: 'masterKeyLoaded', checkValue }),
        )
    }
  }

  #readCertificate(index: number, read: Uint8Array, done: Done): void {
    const payload = encodeCertificatePart(index, read.length)
    this.#device.send(COMMAND.readCertificate, payload, (result) => {
      if (result.kind === 'missing') {
        done(MISSING)
        return
      }
      if (result.status !== STATUS.ok) {
        done(refusal(result))
        return
      }
      const next = nextCertificatePart(read, result.body)
      if (next === undefined) done(unreadable('certificate'))
      else if (next.isWhole) done({ kind: 'data', data: next.bytes })
      else this.#readCertificate(index, next.bytes, done)
    })
  }

  #loadPackage(keyPackage: Uint8Array, done: Done): void {
    const part = keyPackage.subarray(0, PACKAGE_PART_SIZE_MAX)
    const rest = keyPackage.subarray(part.length)
    this.#device.send(COMMAND.loadKeyPackage, encodePackagePart(rest.length > 0, part), (result) => {
      if (result.kind === 'missing') done(MISSING)
      else if (result.status !== STATUS.ok) done(refusal(result))
      else if (rest.length > 0) this.#loadPackage(rest, done)
      else done({ kind: 'masterKeyLoaded', checkValue: result.body.slice() })
    })
  }

  /** Ends an open PIN entry. */
  cancel(): void {
    this.#giveUp('cancelled')
  }

  #ask(command: number, payload: Uint8Array, done: Done, read: (body: Uint8Array) => PinPadAnswer): void {
    this.#device.send(command, payload, (result) => {
      if (result.kind === 'missing') done(MISSING)
      else done(result.status === STATUS.ok ? read(result.body.slice()) : refusal(result))
    })
  }

  /** In parts that fit a frame; the last one is answered with the MAC. */
  #mac(algorithm: MacAlgorithm, data: Uint8Array, done: Done): void {
    const part = data.subarray(0, MAC_PART_SIZE_MAX)
    const rest = data.subarray(part.length)
    const hasMore = rest.length > 0
    this.#device.send(COMMAND.mac, encodeMac({ algorithm, hasMore, data: part }), (result) => {
      if (result.kind === 'missing') done(MISSING)
      else if (result.status !== STATUS.ok) done(refusal(result))
      else if (hasMore) this.#mac(algorithm, rest, done)
      else done({ kind: 'mac', mac: result.body.slice() })
    })
  }

  #enterPin({ op: _, ...request }: EnterPin, done: Done): void {
    this.#enter(COMMAND.enterPin, request.timeoutMs, done, (timeoutMs) =>
      encodeEnterPin({ ...request, timeoutMs }),
    )
  }

  /** Starts what people type at the pad; an event ends it. */
  #enter(command: number, timeoutMs: number, done: Done, payloadOf: (timeoutMs: number) => Uint8Array): void {
    invariant(this.#entry === undefined, 'a PIN is being entered')
    this.#entry = done
    const atMs = this.#clock.nowMs() + timeoutMs
    this.#stopTimer = this.#clock.schedule(atMs, () => this.#giveUp('timeout'))
    this.#device.send(command, payloadOf(timeoutMs + PIN_MARGIN_MS), (result) => {
      if (result.kind === 'missing') this.#finish(MISSING)
      else if (result.status !== STATUS.ok) this.#finish(refusal(result))
    })
  }

  #pinResult(payload: Uint8Array): void {
    const result = decodePinResult(payload)
    switch (result?.kind) {
      case 'entered':
        this.#finish({ kind: 'pinEntered', pinBlock: result.pinBlock })
        return
      case 'bypassed':
        this.#finish({ kind: 'pinBypassed' })
        return
      case 'keyMissing':
        this.#finish({ kind: 'keyMissing', slot: 'pinKey' })
        return
      case 'cancelled':
      case 'timeout':
        this.#finish({ kind: result.kind })
        return
      case undefined:
        this.#finish(unreadable('PIN event'))
    }
  }

  #componentResult(payload: Uint8Array): void {
    const result = decodeComponentResult(payload)
    if (result === undefined) this.#finish(unreadable('component event'))
    else if (result.kind !== 'entered') this.#finish({ kind: result.kind })
    else this.#finish({ kind: 'componentEntered', checkValue: result.checkValue })
  }

  #giveUp(kind: 'timeout' | 'cancelled'): void {
    if (this.#entry === undefined) return
    this.#device.send(COMMAND.cancelPin, EMPTY, () => {})
    this.#finish({ kind })
  }

  #finish(answer: PinPadAnswer): void {
    const entry = this.#entry
    if (entry === undefined) return
    this.#entry = undefined
    this.#stopTimer?.()
    this.#stopTimer = undefined
    entry(answer)
  }
}

/** What has been read with the part in `body`; undefined when the pad contradicts itself. */
function nextCertificatePart(
  read: Uint8Array,
  body: Uint8Array,
): { readonly bytes: Uint8Array; readonly isWhole: boolean } | undefined {
  const decoded = decodeCertificateBody(body)
  if (decoded === undefined) return undefined
  const bytes = concatBytes([read, decoded.part])
  if (bytes.length === decoded.size) return { bytes, isWhole: true }
  const goesOn = bytes.length < decoded.size && decoded.part.length === CERTIFICATE_PART_SIZE_MAX
  return goesOn ? { bytes, isWhole: false } : undefined
}

function unreadable(what: string): PinPadAnswer {
  return { kind: 'fault', device: 'pinPad', reason: `the ${what} can not be read` }
}

function workingKeysPayload({ algorithm, keys }: Load): Uint8Array {
  const list = WORKING_SLOTS.flatMap((slot): LinkWorkingKey[] => {
    const key = keys[slot]
    return key === undefined ? [] : [{ slot, ...key }]
  })
  return encodeWorkingKeys({ algorithm, keys: list })
}

/** Refusals that name a key name its slot in their first body byte. */
function refusal({ status, body }: Extract<CommandResult, { readonly kind: 'reply' }>): PinPadAnswer {
  const slot: KeySlotName = slotName(body[0] ?? 0) ?? 'masterKey'
  if (status === STATUS.keyMissing) return { kind: 'keyMissing', slot }
  if (status === STATUS.checkValueWrong) return { kind: 'checkValueWrong', slot }
  if (status === STATUS.untrusted) return { kind: 'untrusted' }
  return { kind: 'fault', device: 'pinPad', reason: statusText(status) }
}
