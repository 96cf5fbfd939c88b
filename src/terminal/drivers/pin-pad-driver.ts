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
import { asciiToBytes, bytesToAscii } from '../../base/bytes.ts'
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
type EnterPin = Extract<PinPadCommand, { readonly op: 'enterPin' }>

/** The terminal's side of the PIN pad: the peripheral link's commands 30 to 39 and its PIN events. */
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
    }
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

  #enterPin(command: EnterPin, done: Done): void {
    invariant(this.#entry === undefined, 'a PIN is being entered')
    const { op: _, ...request } = command
    this.#entry = done
    const atMs = this.#clock.nowMs() + command.timeoutMs
    this.#stopTimer = this.#clock.schedule(atMs, () => this.#giveUp('timeout'))
    const payload = encodeEnterPin({ ...request, timeoutMs: command.timeoutMs + PIN_MARGIN_MS })
    this.#device.send(COMMAND.enterPin, payload, (result) => {
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
        this.#finish({ kind: 'fault', device: 'pinPad', reason: 'the PIN event can not be read' })
    }
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
  return { kind: 'fault', device: 'pinPad', reason: statusText(status) }
}
