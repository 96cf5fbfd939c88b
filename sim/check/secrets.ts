import { toHex } from '../../src/base/bytes.ts'
import type { MessageView } from '../../src/iso8583/compile.ts'

const PAN_SIZE = 16
const TRACK2 = 35
const TRACK3 = 36
const PIN_BLOCK = 52

/**
 * Card data that may be on the line and nowhere else: card numbers of all who pay here, and track and PIN block of the
 * request that left each terminal last.
 */
export class Secrets {
  readonly #pans: ReadonlySet<string>
  readonly #onTheLine = new Map<string, readonly string[]>()
  /** What each terminal wrote since its last request: the next one may show what was in it. */
  readonly #written = new Map<string, string>()

  constructor(pans: readonly string[]) {
    this.#pans = new Set(pans)
  }

  /** A request leaves. Returns what of it stands in the journal already, or undefined. */
  request(terminal: string, view: MessageView): string | undefined {
    const secrets = [view.text(TRACK2), view.text(TRACK3)].flatMap(formsOfTrack)
    const pinBlock = view.value(PIN_BLOCK)
    if (pinBlock !== undefined) secrets.push(toHex(pinBlock), toHex(pinBlock).toLowerCase())
    this.#onTheLine.set(terminal, secrets)
    const written = this.#written.get(terminal) ?? ''
    this.#written.set(terminal, '')
    return secrets.some((word) => written.includes(word)) ? 'track or PIN block' : undefined
  }

  /** `terminal` writes `text` to its journal. Returns what should not be in it, or undefined. */
  journal(terminal: string, text: string): string | undefined {
    this.#written.set(terminal, (this.#written.get(terminal) ?? '') + text)
    return this.in(text)
  }

  /** What of card data is in `text`, or undefined. */
  in(text: string): string | undefined {
    for (const words of this.#onTheLine.values()) {
      for (const word of words) if (text.includes(word)) return 'track or PIN block'
    }
    return this.hasPan(text) ? 'card number' : undefined
  }

  hasPan(text: string): boolean {
    for (const [run] of text.matchAll(/\d{16,}/g)) {
      for (let at = 0; at + PAN_SIZE <= run.length; at++) {
        if (this.#pans.has(run.slice(at, at + PAN_SIZE))) return true
      }
    }
    return false
  }
}

/** With its separator as it stands on the card, and as it goes over the line. */
function formsOfTrack(track: string | undefined): readonly string[] {
  if (track === undefined || track === '') return []
  return [...new Set([track, track.replace(/[D=]/g, 'D'), track.replace(/[D=]/g, '=')])]
}
