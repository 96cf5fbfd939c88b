import { concatBytes } from '../../src/base/bytes.ts'
import type { ByteStream, StreamEnd, StreamListener } from '../../src/base/ports.ts'
import type { Fault, SimDevice } from '../plan/fault-kinds.ts'
import { DamageBelief } from './damage-belief.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { StepFaults } from './step-faults.ts'
import type { Timing } from './timing.ts'

export interface SerialCableOptions {
  readonly clock: Timing
  readonly random: SeededRandom
  readonly faults: StepFaults
  /** Devices at its far end. */
  readonly devices: readonly SimDevice[]
  /** What comes from the device is delivered in groups of so many bytes. */
  readonly groupSize: number
  /** A device answers a command of which only a damaged copy went over the cable. */
  readonly damageBelieved: (sequence: number) => void
  /** A fault that the board has to carry out: the cable is pulled, a device restarts. */
  readonly boardFault: (fault: Fault) => void
}

const LATENCY_MS = 1
const NOISE_SIZE_MAX = 12

/** Nothing was damaged, as mostly: the bytes go as they are. */
const WHOLE: { readonly parts: readonly Uint8Array[]; readonly gapMs: number } = { parts: [], gapMs: 0 }

/** A serial cable in virtual time: what one end writes arrives at the other a millisecond later, or doesn't. */
export class SerialCable {
  readonly terminal: CableEnd
  readonly device: CableEnd
  readonly #options: SerialCableOptions
  #isCut = false
  #stuckUntilMs = 0
  readonly #belief = new DamageBelief()

  constructor(options: SerialCableOptions) {
    this.#options = options
    this.terminal = new CableEnd(
      (bytes) => this.#carry(bytes, 'toDevice'),
      () => this.#ended('terminal'),
      1,
    )
    this.device = new CableEnd(
      (bytes) => this.#carry(bytes, 'fromDevice'),
      () => this.#ended('device'),
      1,
    )
    this.terminal.groupSize = options.groupSize
  }

  get isCut(): boolean {
    return this.#isCut
  }

  /** Pulled: both ends lose it, and what was under way. */
  cut(): void {
    if (this.#isCut) return
    this.#isCut = true
    this.#options.clock.after(0, () => {
      this.terminal.lose('lost')
      this.device.lose('lost')
    })
  }

  #ended(side: 'terminal' | 'device'): void {
    if (this.#isCut) return
    this.#isCut = true
    this.#options.clock.after(0, () => this[side === 'terminal' ? 'device' : 'terminal'].lose('lost'))
  }

  #carry(written: Uint8Array, direction: 'toDevice' | 'fromDevice'): void {
    if (this.#isCut) return
    const { clock, faults, devices } = this.#options
    const bytes = this.#upToThePull(written)
    if (clock.nowMs() < this.#stuckUntilMs) return
    const end = direction === 'toDevice' ? this.device : this.terminal
    const struck = faults.at(direction, devices)
    const { parts, gapMs } = struck.length === 0 ? WHOLE : this.#damaged(bytes, struck)
    if (direction === 'toDevice') this.#belief.toDevice(bytes, parts.length === 1 && parts[0] !== bytes)
    else if (this.#belief.isIn(bytes)) this.#options.damageBelieved(bytes[2] ?? 0)
    if (parts === WHOLE.parts) this.#deliver(end, bytes, 0)
    else for (const [index, part] of parts.entries()) this.#deliver(end, part, index * gapMs)
  }

  #deliver(end: CableEnd, bytes: Uint8Array, delayMs: number): void {
    if (bytes.length > 0) this.#options.clock.after(LATENCY_MS + delayMs, () => end.arrive(bytes))
  }

  /** The pull may come in the middle of the bytes: those before it still arrive. */
  #upToThePull(bytes: Uint8Array): Uint8Array {
    const { clock, faults, devices, boardFault } = this.#options
    const pulls = faults.at('serialByte', devices, bytes.length)
    if (pulls.length === 0) return bytes
    const first = Math.min(...pulls.map(({ nth }) => nth))
    const before = faults.passed('serialByte', devices) - bytes.length
    for (const pull of pulls) clock.after(LATENCY_MS, () => boardFault(pull))
    this.#stuckUntilMs = clock.nowMs() + LATENCY_MS + 1
    return bytes.slice(0, first - before)
  }

  #damaged(
    bytes: Uint8Array,
    struck: readonly Fault[],
  ): { readonly parts: readonly Uint8Array[]; readonly gapMs: number } {
    const { clock, boardFault } = this.#options
    let parts: readonly Uint8Array[] = [bytes]
    let gapMs = 0
    for (const fault of struck) {
      switch (fault.kind) {
        case 'crcToDevice':
        case 'crcFromDevice':
          parts = parts.map((part) => damagedByte(part, fault.part))
          break
        case 'loseToDevice':
        case 'loseFromDevice':
          parts = []
          break
        case 'noise':
          parts = [concatBytes([this.#noise(fault.part), ...parts])]
          break
        case 'splitSerial':
          gapMs = fault.ms
          parts = parts.flatMap((part) => halves(part, fault.part))
          break
        case 'stuckDevice':
          this.#stuckUntilMs = clock.nowMs() + fault.ms
          parts = []
          break
        default:
          clock.after(0, () => boardFault(fault))
      }
    }
    return { parts, gapMs }
  }

  #noise(part: number): Uint8Array {
    return this.#options.random.bytes(1 + (part % NOISE_SIZE_MAX))
  }
}

/** Two wrong bits: one alone could put right what the test host made wrong on purpose. */
export function damagedByte(bytes: Uint8Array, part: number): Uint8Array {
  const damaged = bytes.slice()
  const at = Math.floor((bytes.length * part) / 1000)
  damaged[at] = (damaged[at] ?? 0) ^ (1 << (part & 7)) ^ (1 << ((part + 3) & 7))
  return damaged
}

export function halves(bytes: Uint8Array, part: number): readonly Uint8Array[] {
  const at = Math.max(1, Math.floor((bytes.length * part) / 1000))
  return [bytes.slice(0, at), bytes.slice(at)]
}

/** One end of a cable. The terminal's end of a printer's cable delivers whole groups only. */
class CableEnd implements ByteStream {
  readonly #carry: (bytes: Uint8Array) => void
  readonly #closed: () => void
  groupSize: number
  #listener: StreamListener | undefined
  #isOpen = true
  #rest = new Uint8Array(0)

  constructor(carry: (bytes: Uint8Array) => void, closed: () => void, groupSize: number) {
    this.#carry = carry
    this.#closed = closed
    this.groupSize = groupSize
  }

  write(bytes: Uint8Array): void {
    if (this.#isOpen) this.#carry(bytes)
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#closed()
    this.#listener?.ended('closed')
  }

  listen(listener: StreamListener): void {
    this.#listener = listener
  }

  resynchronise(): void {
    this.#rest = new Uint8Array(0)
  }

  arrive(bytes: Uint8Array): void {
    if (!this.#isOpen) return
    if (this.groupSize === 1) {
      this.#listener?.received(bytes)
      return
    }
    const all = this.#rest.length === 0 ? bytes : concatBytes([this.#rest, bytes])
    const whole = all.length - (all.length % this.groupSize)
    this.#rest = all.slice(whole)
    for (let at = 0; at < whole; at += this.groupSize) {
      this.#listener?.received(all.subarray(at, at + this.groupSize))
    }
  }

  lose(end: StreamEnd): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#listener?.ended(end)
  }
}
