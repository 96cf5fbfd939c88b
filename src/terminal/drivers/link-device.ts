import {
  type DeviceIdentity,
  decodeDeviceStatus,
  decodeIdentity,
  PROTOCOL_VERSION,
} from '../../../hardware/protocol/device-payloads.ts'
import { COMMAND, STATUS } from '../../../hardware/protocol/link-codes.ts'
import type { CancelTimer, Clock } from '../../base/ports.ts'
import type { Device, DeviceCondition } from '../flows/peripheral-effect.ts'
import type { LineUser, LinkLine } from './link-line.ts'
import type { PeripheralEvent } from './peripheral-session.ts'

/** What came of one command. */
export type CommandResult =
  /** `status` is the first byte of the reply, `body` the rest. */
  | { readonly kind: 'reply'; readonly status: number; readonly body: Uint8Array }
  | { readonly kind: 'missing' }

export interface LinkDeviceOptions {
  readonly device: Exclude<Device, 'printer'>
  readonly address: number
  readonly line: LinkLine
  readonly clock: Clock
  /** A device event that belongs to the kind of device. */
  readonly event: (code: number, payload: Uint8Array) => void
  /** The device became ready, degraded or missing. `isLost`: what it was asked to wait for is forgotten. */
  readonly changed: (isLost: boolean) => void
}

/** Bytes, or what depends on what the device says it can do (`DeviceIdentity.capabilities`). */
export type CommandPayload = Uint8Array | ((capabilities: number) => Uint8Array)

interface QueuedCommand {
  readonly command: number
  readonly payload: CommandPayload
  readonly done: (result: CommandResult) => void
}

const REPLY_TIMEOUT_MS = 400
/** A card may take seconds for one command; the reader acknowledges meanwhile. */
const WORK_TIMEOUT_MS = 1500
const ATTEMPTS_MAX = 3
/** A device that stopped behind a bridge leaves the line open: only asking shows it. */
const HEARTBEAT_MS = 1000
const EMPTY = new Uint8Array(0)

type State =
  /** The line was just opened, or never tried yet. */
  | { readonly kind: 'probing' }
  | {
      readonly kind: 'ready'
      readonly identity: DeviceIdentity
      readonly fault: number
      /** Result of its self-test; 0: it found nothing. */
      readonly selfTest: number
    }
  | { readonly kind: 'missing'; readonly detail: string }

/**
 * One card reader or PIN pad: is it there, who is it, is it still the same. Commands wait for the first answer to
 * that question, then go out one at a time; a device that is missing answers `missing` at once.
 */
export class LinkDevice implements LineUser {
  readonly #options: LinkDeviceOptions
  readonly #queue: QueuedCommand[] = []
  #state: State = { kind: 'probing' }
  #current: QueuedCommand | undefined
  #cancelHeartbeat: CancelTimer | undefined

  constructor(options: LinkDeviceOptions) {
    this.#options = options
    options.line.join(
      {
        address: options.address,
        replyTimeoutMs: REPLY_TIMEOUT_MS,
        workTimeoutMs: WORK_TIMEOUT_MS,
        attemptsMax: ATTEMPTS_MAX,
      },
      this,
    )
  }

  get condition(): DeviceCondition {
    const { device } = this.#options
    const state = this.#state
    if (state.kind === 'probing') return { device, state: 'missing', detail: 'not found yet' }
    if (state.kind === 'missing') return { device, state: 'missing', detail: state.detail }
    const { fault, selfTest } = state
    const identity = `${state.identity.firmware} ${state.identity.serialNumber}`
    if (fault !== 0) return { device, state: 'degraded', identity, detail: `fault ${fault}` }
    if (selfTest !== 0) return { device, state: 'degraded', identity, detail: `self-test found ${selfTest}` }
    return { device, state: 'ready', identity, detail: '' }
  }

  /** `done` comes exactly once, perhaps before this returns. */
  send(command: number, payload: CommandPayload, done: (result: CommandResult) => void): void {
    if (this.#state.kind === 'missing') {
      done({ kind: 'missing' })
      return
    }
    this.#queue.push({ command, payload, done })
    this.#next()
  }

  attached(): void {
    this.#state = { kind: 'probing' }
    this.#identify()
  }

  detached(reason: string): void {
    this.#lose(reason)
    this.#stopHeartbeat()
  }

  handle(event: PeripheralEvent): void {
    if (event.kind === 'event') {
      if (this.#state.kind === 'ready') this.#options.event(event.code, event.payload)
      return
    }
    if (event.kind === 'failed') {
      // Lost first, then told: whoever is told may ask for the next thing at once.
      this.#lose('the device does not answer')
      return
    }
    const current = this.#current
    this.#current = undefined
    current?.done({ kind: 'reply', status: event.payload[0] ?? 0, body: event.payload.subarray(1) })
    this.#next()
  }

  #next(): void {
    // Two devices may share a line: one is told of its end before the other, and may be asked meanwhile.
    if (this.#current !== undefined || this.#state.kind !== 'ready' || !this.#options.line.isAttached) return
    const next = this.#queue.shift()
    if (next === undefined) this.#scheduleHeartbeat()
    else this.#start(next)
  }

  #start(command: QueuedCommand, restart = false): void {
    this.#stopHeartbeat()
    this.#current = command
    const capabilities = this.#state.kind === 'ready' ? (this.#state.identity.capabilities ?? 0) : 0
    const payload = command.payload instanceof Uint8Array ? command.payload : command.payload(capabilities)
    this.#options.line.request(this.#options.address, command.command, payload, restart)
  }

  #identify(): void {
    this.#start(
      { command: COMMAND.identify, payload: EMPTY, done: (result) => this.#identified(result) },
      true,
    )
  }

  #identified(result: CommandResult): void {
    if (result.kind === 'missing') return
    const identity = result.status === STATUS.ok ? decodeIdentity(result.body) : undefined
    if (identity === undefined) this.#lose('something else answers at its address')
    else if (identity.protocolVersion !== PROTOCOL_VERSION)
      this.#lose(`it speaks version ${identity.protocolVersion} of the link, not ${PROTOCOL_VERSION}`)
    else if (identity.deviceClass !== this.#options.address)
      this.#lose('another kind of device is on its line: the cables may be swapped')
    else {
      this.#state = { kind: 'ready', identity, fault: 0, selfTest: 0 }
      // Whatever waits was asked while this device was looked for: it has lost nothing.
      this.#options.changed(false)
      this.#askStatus()
      this.#test()
    }
  }

  /** Once for each time that it is found. */
  #test(): void {
    this.send(COMMAND.selfTest, EMPTY, (result) => {
      const state = this.#state
      if (result.kind === 'missing' || state.kind !== 'ready') return
      const selfTest = result.status === STATUS.ok ? (result.body[0] ?? 0) : result.status
      if (selfTest === 0) return
      this.#state = { ...state, selfTest }
      this.#options.changed(false)
    })
  }

  #askStatus(): void {
    this.send(COMMAND.status, EMPTY, (result) => {
      const state = this.#state
      if (result.kind === 'missing' || state.kind !== 'ready') return
      const status = result.status === STATUS.ok ? decodeDeviceStatus(result.body) : undefined
      if (status === undefined) return
      if (status.bootId !== state.identity.bootId) {
        // It was reset behind our back: what it was doing is gone.
        this.#lose('the device was restarted')
      } else if (status.fault !== state.fault) {
        this.#state = { ...state, fault: status.fault }
        this.#options.changed(false)
      }
    })
  }

  #lose(detail: string): void {
    const before = this.#state
    this.#state = { kind: 'missing', detail }
    const waiting = this.#queue.splice(0)
    if (this.#current !== undefined) waiting.unshift(this.#current)
    this.#current = undefined
    for (const { done } of waiting) done({ kind: 'missing' })
    if (before.kind !== 'missing' || before.detail !== detail) this.#options.changed(true)
    this.#scheduleHeartbeat()
  }

  #scheduleHeartbeat(): void {
    this.#stopHeartbeat()
    const { clock, line } = this.#options
    if (!line.isAttached) return
    this.#cancelHeartbeat = clock.schedule(clock.nowMs() + HEARTBEAT_MS, () => {
      this.#cancelHeartbeat = undefined
      if (this.#current !== undefined || !line.isAttached) return
      if (this.#state.kind === 'ready') this.#askStatus()
      else this.#identify()
    })
  }

  #stopHeartbeat(): void {
    this.#cancelHeartbeat?.()
    this.#cancelHeartbeat = undefined
  }
}
