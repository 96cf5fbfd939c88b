import { PadFace } from '../../hardware/emulator/pad-face.ts'
import type { PadKey } from '../../hardware/emulator/pin-pad-device.ts'
import type { Random } from '../base/ports.ts'

/** Whose hands are on the pad while a PIN is typed, as one viewer is told. */
export type Hands = 'yours' | 'others' | 'free'

export interface PadView {
  readonly hands: Hands
  /** The digit at each of ten places; empty but for the one who types. */
  readonly layout: readonly string[]
}

const COVERED: PadView = { hands: 'free', layout: [] }

/**
 * Who sees the face of the pad: a PIN is typed by one viewer, and the others see a covered pad, since places and layout
 * together are the PIN. It is the viewer who did the last thing to the terminal before the PIN was asked for, or else the
 * first who takes the pad. A viewer is any name that only it has, such as that of its session.
 */
export class PadHands {
  readonly #face: PadFace
  #isAsked = false
  #lastOperator: string | undefined
  #holder: string | undefined

  constructor(random: Random) {
    this.#face = new PadFace(random)
  }

  /** The pad begins or ends to ask for a PIN; true when it begins. */
  asked(isAsked: boolean): boolean {
    const begins = isAsked && !this.#isAsked
    if (begins) this.#give(this.#lastOperator)
    if (!isAsked) this.#holder = undefined
    this.#isAsked = isAsked
    return begins
  }

  /** This viewer did something to the terminal. */
  operated(viewer: string | undefined): void {
    this.#lastOperator = viewer ?? this.#lastOperator
  }

  /** False when somebody else has it, or nobody is asked for a PIN. */
  take(viewer: string | undefined): boolean {
    if (!this.#isAsked || viewer === undefined) return false
    if (this.#holder === undefined) this.#give(viewer)
    return this.#holder === viewer
  }

  /** The viewer is gone: whoever takes the pad next gets another face. */
  left(viewer: string): void {
    if (this.#lastOperator === viewer) this.#lastOperator = undefined
    if (this.#holder === viewer) this.#holder = undefined
  }

  view(viewer: string | undefined): PadView {
    if (!this.#isAsked || this.#holder === undefined) return COVERED
    return this.#holder === viewer
      ? { hands: 'yours', layout: [...this.#face.layout] }
      : { hands: 'others', layout: [] }
  }

  /** `covered`: the pad is not in the hands of this viewer. Undefined: there is no such place. */
  keyAt(
    place: number | 'enter' | 'clear' | 'cancel',
    viewer: string | undefined,
  ): PadKey | 'covered' | undefined {
    if (this.#isAsked && (viewer === undefined || this.#holder !== viewer)) return 'covered'
    return typeof place === 'number' ? this.#face.keyAt(place) : place
  }

  #give(viewer: string | undefined): void {
    this.#face.shuffle()
    this.#holder = viewer
  }
}
