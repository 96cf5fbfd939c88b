import { fromHex, toHex } from '../../../src/base/bytes.ts'
import type { CardImage, ReplayImage } from './card-image.ts'

/** Answers of a card that does not know a command at all. */
const UNKNOWN = Uint8Array.of(0x6d, 0x00)

/**
 * A card that gives recorded answers: of the same command, from the place in the recording on; else of a command
 * with the same header, since its data (amounts, unpredictable numbers) are the terminal's own.
 */
export class ReplayCard {
  readonly image: CardImage
  readonly #replay: ReplayImage
  #isPowered = false
  #position = 0

  constructor(image: CardImage, replay: ReplayImage) {
    this.image = image
    this.#replay = replay
  }

  powerOn(): Uint8Array {
    this.#position = 0
    if (this.image.faults?.mute === true) return new Uint8Array(0)
    this.#isPowered = true
    return fromHex(this.#replay.atr)
  }

  /** Recordings are of contacts. */
  enterField(): Uint8Array {
    return new Uint8Array(0)
  }

  powerOff(): void {
    this.#isPowered = false
  }

  transmit(apdu: Uint8Array): Uint8Array {
    if (!this.#isPowered) return new Uint8Array(0)
    const command = toHex(apdu)
    const index =
      this.#find((recorded) => sameCommand(recorded, command)) ?? this.#find(isSameHeader(command))
    const exchange = index === undefined ? undefined : this.#replay.exchanges[index]
    if (index === undefined || exchange === undefined) return UNKNOWN
    this.#position = index + 1
    return fromHex(exchange.response)
  }

  /** From the present position on, then from the beginning. */
  #find(matches: (recorded: string) => boolean): number | undefined {
    const { exchanges } = this.#replay
    for (let step = 0; step < exchanges.length; step++) {
      const index = (this.#position + step) % exchanges.length
      if (matches(exchanges[index]?.command ?? '')) return index
    }
    return undefined
  }
}

/** Recordings differ in whether they keep Le. */
function sameCommand(recorded: string, command: string): boolean {
  return recorded === command || `${recorded}00` === command || recorded === `${command}00`
}

/**
 * Same CLA and INS, and P1 and P2 too where they say which data are meant; a SELECT or a READ RECORD of something
 * else is never answered from this.
 */
function isSameHeader(command: string): (recorded: string) => boolean {
  const instruction = command.slice(2, 4)
  if (instruction === 'A4' || instruction === 'B2' || instruction === 'CA') return () => false
  const size = instruction === 'AE' ? 6 : 8
  return (recorded) => recorded.slice(0, size) === command.slice(0, size)
}
