import { compileSpec } from '../src/iso8583/compile.ts'
import { ISO1987_ASCII } from '../src/iso8583/specs/iso1987-ascii.ts'
import { requireThat } from './bench-part.ts'
import { CARD_EXPIRY, panOf } from './open-estate.ts'
import { midOf, tidOf } from './prefill.ts'

const codec = compileSpec(ISO1987_ASCII)

/**
 * Keyed sales of plain ISO 8583, without a MAC: each of another terminal than the one before, each with a trace
 * number that its batch has not seen.
 */
export class OpenSales {
  readonly #terminals: number
  readonly #merchants: number
  readonly #cards: number
  #count = 0

  constructor(sizes: { readonly terminals: number; readonly merchants: number; readonly cards: number }) {
    this.#terminals = sizes.terminals
    this.#merchants = sizes.merchants
    this.#cards = sizes.cards
  }

  get count(): number {
    return this.#count
  }

  /** The message from its type on, in new memory. */
  next(): Uint8Array {
    // A step that shares no divisor with the count of terminals visits all of them, in no order that helps a cache.
    const terminal = (this.#count * 617) % this.#terminals
    const stan = Math.floor(this.#count / this.#terminals) + 1
    const card = (this.#count * 7919) % this.#cards
    this.#count++
    const encoded = codec.encode({
      mti: '0200',
      fields: {
        2: panOf(card),
        3: '000000',
        4: '000000000100',
        7: '0314150926',
        11: String(stan).padStart(6, '0'),
        14: CARD_EXPIRY,
        22: '012',
        25: '00',
        41: tidOf(terminal),
        42: midOf((terminal % this.#terminals) % this.#merchants),
        49: '156',
      },
    })
    requireThat(encoded.ok, 'a sale does not encode')
    return encoded.value
  }
}

/** Field 39 of a reply. */
export function responseCodeOf(reply: Uint8Array | undefined): string {
  const decoded = reply === undefined ? undefined : codec.decode(reply)
  return decoded?.ok ? String(decoded.value.fields[39]) : 'none'
}
