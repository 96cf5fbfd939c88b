import { parseCommand } from '../emv/apdu.ts'
import { decodeTlvs, findTlv } from '../emv/ber-tlv.ts'
import { type DolItem, parseDol } from '../emv/dol.ts'
import { maskDolValues, maskTlvs } from './mask-tlv.ts'
import type { TestCards } from './test-cards.ts'

const INS = {
  select: 0xa4,
  readRecord: 0xb2,
  getData: 0xca,
  processingOptions: 0xa8,
  generateAc: 0xae,
  internalAuthenticate: 0x88,
} as const

/** Lists by which a card asks for data. */
const DOL_TAGS = ['9F38', '8C', '8D', '9F49'] as const

/** Cryptogram in a GENERATE AC response of format 1: behind information byte and counter. */
const FORMAT_1_CRYPTOGRAM = [3, 11] as const

const NOTHING = new Uint8Array(0)

/**
 * Masks what a chip and the terminal say to each other. Only what an instruction that stands here carries is looked
 * into; the data of any other become zeros of the same size.
 */
export class ApduMask {
  readonly #cards: TestCards
  readonly #dols = new Map<string, readonly DolItem[]>()
  #ins = 0
  #cryptograms = 0

  constructor(cards: TestCards) {
    this.#cards = cards
  }

  /** New memory; undefined when the bytes are no command. */
  command(bytes: Uint8Array): Uint8Array | undefined {
    const copy = bytes.slice()
    const command = parseCommand(copy)
    if (command === undefined) return undefined
    this.#ins = command.ins
    if (command.ins === INS.select) this.#begin()
    if (!this.#maskCommandData(command.ins, command.data)) command.data.fill(0)
    return copy
  }

  /** New memory; undefined when the bytes are no response. */
  response(bytes: Uint8Array): Uint8Array | undefined {
    if (bytes.length < 2) return undefined
    const copy = bytes.slice()
    const data = copy.subarray(0, copy.length - 2)
    this.#learn(data)
    if (data.length > 0 && !this.#maskResponseData(data)) data.fill(0)
    return copy
  }

  #begin(): void {
    this.#dols.clear()
    this.#cryptograms = 0
  }

  #maskCommandData(ins: number, data: Uint8Array): boolean {
    switch (ins) {
      case INS.select:
      case INS.readRecord:
      case INS.getData:
        return true
      case INS.processingOptions: {
        const values = findTlv(data, '83')
        return values !== undefined && (values.length === 0 || this.#maskByDols(values, ['9F38']))
      }
      case INS.generateAc:
        this.#cryptograms++
        return this.#maskByDols(data, this.#cryptograms === 1 ? ['8C', '8D'] : ['8D', '8C'])
      case INS.internalAuthenticate:
        return this.#maskByDols(data, ['9F49'])
      default:
        return false
    }
  }

  /** By the first of `tags` whose sizes agree. */
  #maskByDols(data: Uint8Array, tags: readonly string[]): boolean {
    return tags.some((tag) => {
      const items = this.#dols.get(tag)
      return items !== undefined && maskDolValues(this.#cards, items, data)
    })
  }

  #learn(data: Uint8Array): void {
    for (const tag of DOL_TAGS) {
      const items = parseDol(findTlv(data, tag) ?? NOTHING)
      if (items.ok && items.value.length > 0) this.#dols.set(tag, items.value)
    }
  }

  #maskResponseData(data: Uint8Array): boolean {
    if (!Object.values<number>(INS).includes(this.#ins)) return false
    if (!maskTlvs(this.#cards, data, () => {})) return false
    const decoded = decodeTlvs(data)
    const format1 = decoded.ok ? decoded.value.find(({ tag }) => tag === '80')?.value : undefined
    if (this.#ins === INS.generateAc) format1?.fill(0, ...FORMAT_1_CRYPTOGRAM)
    else if (this.#ins !== INS.processingOptions) format1?.fill(0)
    return true
  }
}
