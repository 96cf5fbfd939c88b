import {
  isAutomaticStatusStart,
  isPlainStatus,
  isRealTimeStatus,
} from '../../hardware/protocol/printer-status.ts'
import { asciiToBytes, bytesToAscii, concatBytes } from '../base/bytes.ts'
import type { TestCards } from './test-cards.ts'

/** Longest run of digits and asterisks that is waited for. */
const RUN_MAX = 64

/**
 * Masks what goes to a printer. A run of digits at the end of a chunk waits for the next one, so that a card number
 * is seen whole however the bytes are cut.
 */
export class PrinterMask {
  readonly #cards: TestCards
  #held: Uint8Array = new Uint8Array(0)

  constructor(cards: TestCards) {
    this.#cards = cards
  }

  /** What can be recorded now; may be nothing. */
  push(bytes: Uint8Array): Uint8Array {
    const whole = concatBytes([this.#held, bytes])
    const end = this.#endOfRun(whole)
    this.#held = whole.slice(end)
    return this.#scrubbed(whole.subarray(0, end))
  }

  /** What was held: the line has ended. */
  flush(): Uint8Array {
    const held = this.#held
    this.#held = new Uint8Array(0)
    return this.#scrubbed(held)
  }

  #endOfRun(bytes: Uint8Array): number {
    let end = bytes.length
    while (end > 0 && bytes.length - end < RUN_MAX && isRunByte(bytes[end - 1])) end--
    return end
  }

  #scrubbed(bytes: Uint8Array): Uint8Array {
    return bytes.length === 0 ? bytes : asciiToBytes(this.#cards.scrub(bytesToAscii(bytes)))
  }
}

function isRunByte(byte: number | undefined): boolean {
  return byte === 0x2a || (byte !== undefined && byte >= 0x30 && byte <= 0x39)
}

/** Whether `bytes` are nothing but status bytes of a printer. */
export function arePrinterStatus(bytes: Uint8Array): boolean {
  return bytes.every((byte) => isPlainStatus(byte) || isRealTimeStatus(byte) || isAutomaticStatusStart(byte))
}
