import {
  decodeDeviceStatus,
  READER_CAPABILITY,
  READER_FLAG,
} from '../../../hardware/protocol/device-payloads.ts'
import { ADDRESS, COMMAND, EVENT, STATUS, statusText } from '../../../hardware/protocol/link-codes.ts'
import {
  type CardEvent,
  decodeCardEvent,
  encodeArm,
  encodeSignal,
  type ReaderSignal,
  TECHNOLOGY,
} from '../../../hardware/protocol/reader-payloads.ts'
import { invariant } from '../../base/invariant.ts'
import type { CancelTimer, Clock } from '../../base/ports.ts'
import type {
  AwaitCard,
  AwaitCardAnswer,
  CardRemovalAnswer,
  DeviceCondition,
  DeviceFault,
  DeviceMissing,
  DeviceTrouble,
  ReleaseTap,
  TransmitAnswer,
} from '../flows/peripheral-effect.ts'
import { LinkDevice } from './link-device.ts'
import type { LinkLine } from './link-line.ts'

const MISSING: DeviceMissing = { kind: 'missing', device: 'cardReader' }
const EMPTY = new Uint8Array(0)
const UNREADABLE_EVENT: DeviceFault = {
  kind: 'fault',
  device: 'cardReader',
  reason: 'the card event can not be read',
}
const BOTH_TECHNOLOGIES = TECHNOLOGY.A | TECHNOLOGY.B
/** Source: EMV Contactless Book A, 9: one light is ready, four and a tone are "read". */
const SIGNALS = {
  ready: { lights: 0x01, beep: 'none', durationMs: 0 },
  reading: { lights: 0x03, beep: 'none', durationMs: 0 },
  read: { lights: 0x0f, beep: 'success', durationMs: 1500 },
  failed: { lights: 0, beep: 'alert', durationMs: 0 },
} as const satisfies Readonly<Record<string, ReaderSignal>>
/** The reader waits a little longer than the terminal, which disarms it in time. */
const ARM_MARGIN_MS = 5000

type Waiting =
  | { readonly kind: 'card'; readonly answer: (answer: AwaitCardAnswer) => void }
  | { readonly kind: 'removal'; readonly answer: (answer: CardRemovalAnswer) => void }

/** The terminal's side of the card reader: the peripheral link's commands 20 to 25 and its card events. */
export class CardReaderDriver {
  readonly #device: LinkDevice
  readonly #clock: Clock
  #waiting: Waiting | undefined
  #isFieldOn = false
  #stopTimer: CancelTimer | undefined

  constructor(options: { readonly line: LinkLine; readonly clock: Clock; readonly changed: () => void }) {
    this.#clock = options.clock
    this.#device = new LinkDevice({
      device: 'cardReader',
      address: ADDRESS.cardReader,
      line: options.line,
      clock: options.clock,
      event: (code, payload) => this.#event(code, payload),
      changed: (isLost) => {
        // A reader that began anew has forgotten that it was armed, and the card in it has no power.
        if (isLost) this.#finish(MISSING)
        options.changed()
      },
    })
  }

  get condition(): DeviceCondition {
    return this.#device.condition
  }

  awaitCard({ accept, timeoutMs }: AwaitCard, done: (answer: AwaitCardAnswer) => void): void {
    const { chip, stripe, contactless = false } = accept
    this.#wait({ kind: 'card', answer: done }, timeoutMs)
    this.#isFieldOn = false
    const arm = (capabilities: number): Uint8Array => {
      this.#isFieldOn = contactless && (capabilities & READER_CAPABILITY.contactless) !== 0
      const technologies = this.#isFieldOn ? BOTH_TECHNOLOGIES : 0
      return encodeArm({ chip, stripe, technologies, timeoutMs: timeoutMs + ARM_MARGIN_MS })
    }
    this.#device.send(COMMAND.arm, arm, (result) => {
      if (result.kind === 'missing') this.#finish(MISSING)
      else if (result.status !== STATUS.ok) this.#finish(fault(result.status))
      else if (this.#isFieldOn && this.#waiting?.kind === 'card') this.#signal('ready')
    })
  }

  transmit(apdu: Uint8Array, done: (answer: TransmitAnswer) => void): void {
    this.#device.send(COMMAND.transmit, apdu, (result) => {
      if (result.kind === 'missing') done(MISSING)
      else if (result.status === STATUS.noCard) done({ kind: 'cardRemoved' })
      else if (result.status !== STATUS.ok || result.body.length < 2) done(fault(result.status))
      else done({ kind: 'response', bytes: result.body })
    })
  }

  /** The card in the field is done with; what can't be signalled changes nothing. */
  releaseTap(
    signal: ReleaseTap['signal'],
    done: (answer: { readonly kind: 'done' } | DeviceTrouble) => void,
  ): void {
    this.#device.send(COMMAND.fieldOff, EMPTY, (result) => {
      if (result.kind === 'missing') done(MISSING)
      else done(result.status === STATUS.ok ? { kind: 'done' } : fault(result.status))
    })
    this.#signal(signal)
  }

  releaseCard(done: (answer: { readonly kind: 'done' } | DeviceTrouble) => void): void {
    this.#device.send(COMMAND.powerOff, EMPTY, (result) => {
      if (result.kind === 'missing') done(MISSING)
      else done(result.status === STATUS.ok ? { kind: 'done' } : fault(result.status))
    })
  }

  awaitCardRemoval(timeoutMs: number, done: (answer: CardRemovalAnswer) => void): void {
    this.#wait({ kind: 'removal', answer: done }, timeoutMs)
    this.#device.send(COMMAND.status, EMPTY, (result) => {
      if (result.kind === 'missing') this.#finish(MISSING)
      else if (result.status !== STATUS.ok) this.#finish(fault(result.status))
      else {
        const flags = decodeDeviceStatus(result.body)?.flags ?? 0
        if ((flags & READER_FLAG.cardPresent) === 0 && this.#waiting?.kind === 'removal')
          this.#finish({ kind: 'gone' })
      }
    })
  }

  cancel(): void {
    this.#giveUp('cancelled')
  }

  #wait(waiting: Waiting, timeoutMs: number): void {
    invariant(this.#waiting === undefined, 'the reader waits already')
    this.#waiting = waiting
    this.#stopTimer = this.#clock.schedule(this.#clock.nowMs() + timeoutMs, () => this.#giveUp('timeout'))
  }

  #giveUp(kind: 'timeout' | 'cancelled'): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    // Without an answer to wait for: the reader forgets by itself if this does not reach it.
    if (waiting.kind === 'card') this.#device.send(COMMAND.disarm, EMPTY, () => {})
    this.#finish({ kind })
  }

  #signal(signal: keyof typeof SIGNALS): void {
    this.#device.send(COMMAND.signal, encodeSignal(SIGNALS[signal]), () => {})
  }

  #event(code: number, payload: Uint8Array): void {
    const waiting = this.#waiting
    if (code === EVENT.cardRemoved && waiting?.kind === 'removal') this.#finish({ kind: 'gone' })
    if (code !== EVENT.card || waiting?.kind !== 'card') return
    const event = decodeCardEvent(payload)
    if (event?.kind === 'contactless') this.#signal('reading')
    else if (event?.kind.startsWith('contactless')) this.#signal('failed')
    this.#finish(event === undefined ? UNREADABLE_EVENT : answerOf(event))
  }

  #finish(answer: CardRemovalAnswer | AwaitCardAnswer): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    this.#waiting = undefined
    this.#stopTimer?.()
    this.#stopTimer = undefined
    // What ends a wait belongs to it: card answers come only while a card is awaited.
    if (waiting.kind === 'card') waiting.answer(answer as AwaitCardAnswer)
    else waiting.answer(answer as CardRemovalAnswer)
  }
}

function answerOf(event: CardEvent): AwaitCardAnswer {
  return event.kind === 'contactless' ? { kind: 'contactless' } : event
}

function fault(status: number): DeviceFault {
  return { kind: 'fault', device: 'cardReader', reason: statusText(status) }
}
