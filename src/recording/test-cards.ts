import { bytesToAscii, toHex } from '../base/bytes.ts'
import { truncatePan, withLuhnDigit } from '../base/exposure.ts'

/** First six digits of published test cards: no card of a cardholder begins so. */
export const TEST_RANGES = ['621094', '476173', '411111', '541333'] as const
const HOME_RANGE = '621094'

const PAN_SIZE_MIN = 12
const PAN_SIZE_MAX = 19
/** Behind the range: numbers of recordings lie apart from those that test cards are given. */
const RECORDED = '9'

/** Replaced expiry dates (YYMM): whether a card was expired is kept, nothing else. */
const VALID_UNTIL = '4912'
const EXPIRED_SINCE = '2001'

export interface TestCardsOptions {
  /** Month of the recording. */
  readonly today: { readonly year: number; readonly month: number }
  /** Called once for each card, before its test number is used. */
  readonly firstSeen?: (pan: string, testPan: string) => void
}

/**
 * Stands test card numbers in for real ones: the same card gets the same number throughout one recording. Real numbers
 * are held in memory only; a test number says nothing of the one it stands for but its length and scheme.
 */
export class TestCards {
  readonly #options: TestCardsOptions
  readonly #testPans = new Map<string, string>()
  readonly #truncated = new Map<string, string>()
  readonly #sizes = new Set<number>()
  #count = 0

  constructor(options: TestCardsOptions) {
    this.#options = options
  }

  /** The number that stands for `pan`: as long, with a right check digit, in a test range of its scheme. */
  panFor(pan: string): string {
    const known = this.#testPans.get(pan)
    if (known !== undefined) return known
    let testPan: string
    do {
      this.#count++
      testPan = numbered(testIin(pan), this.#count, pan.length)
    } while (this.#testPans.has(testPan) || testPan === pan)
    this.#testPans.set(pan, testPan)
    this.#truncated.set(truncatePan(pan), truncatePan(testPan))
    this.#sizes.add(pan.length)
    this.#options.firstSeen?.(pan, testPan)
    return testPan
  }

  /** `digits` (YYMM…) with the date replaced; what is behind the month becomes `day`. */
  expiryFor(digits: string): string {
    const { year, month } = this.#options.today
    const given = 2000 + Number(digits.slice(0, 2))
    const isExpired = given < year || (given === year && Number(digits.slice(2, 4)) < month)
    const shown = isExpired ? EXPIRED_SINCE : VALID_UNTIL
    return digits.length > 4 ? `${shown}31`.slice(0, digits.length) : shown
  }

  /** Text for people: each card number in it, whole or truncated, becomes that of its test card. */
  scrub(text: string): string {
    const whole = text.replace(/\d{13,}/g, (run) => this.#scrubRun(run))
    return whole.replace(/\d{6}\*{2,9}\d{4}/g, (truncated) => this.#truncated.get(truncated) ?? truncated)
  }

  /** Whether `bytes` hold a real card number: as text or packed two digits a byte, at either nibble. */
  isLeakedIn(bytes: Uint8Array): boolean {
    return this.#hasKnown(toHex(bytes)) || this.#hasKnown(bytesToAscii(bytes))
  }

  #hasKnown(text: string): boolean {
    for (const [run] of text.matchAll(/\d{12,}/g)) if (this.#knownIn(run) !== undefined) return true
    return false
  }

  #knownIn(run: string): { readonly at: number; readonly size: number } | undefined {
    for (const size of this.#sizes) {
      for (let at = 0; at + size <= run.length; at++) {
        if (this.#testPans.has(run.slice(at, at + size))) return { at, size }
      }
    }
    return undefined
  }

  #scrubRun(run: string): string {
    const known = this.#knownIn(run)
    if (known === undefined) return isLikelyPan(run) ? this.panFor(run) : run
    const { at, size } = known
    const end = at + size
    const testPan = this.panFor(run.slice(at, end))
    return run.slice(0, at) + testPan + this.#scrubRun(run.slice(end))
  }
}

/** Whether a run of digits may be a card number that nobody has announced. */
function isLikelyPan(run: string): boolean {
  if (run.length > PAN_SIZE_MAX || !/^[2-6]/.test(run)) return false
  return withLuhnDigit(run.slice(0, -1)) === run
}

export function isPan(text: string): boolean {
  return /^\d+$/.test(text) && text.length >= PAN_SIZE_MIN && text.length <= PAN_SIZE_MAX
}

/** Test range of the scheme that `pan` belongs to; its own when that is one. */
export function testIin(pan: string): string {
  const own = TEST_RANGES.find((range) => pan.startsWith(range))
  if (own !== undefined) return own
  if (pan.startsWith('4')) return '476173'
  return /^[25]/.test(pan) ? '541333' : HOME_RANGE
}

function numbered(iin: string, count: number, size: number): string {
  const room = size - iin.length - RECORDED.length - 1
  const digits = String(count).padStart(room, '0').slice(-room)
  return withLuhnDigit(iin + RECORDED + digits)
}
