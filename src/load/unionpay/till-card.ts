import type { CardImage } from '../../../hardware/emulator/chip-card/card-image.ts'
import { type ChipCard, createChipCard } from '../../../hardware/emulator/chip-card/chip-card.ts'
import { fromHex, toHex } from '../../base/bytes.ts'
import { invariant } from '../../base/invariant.ts'
import type { Random } from '../../base/ports.ts'
import {
  externalAuthenticateCommand,
  generateAcCommand,
  processingOptionsCommand,
  readRecordCommand,
  SW,
  selectCommand,
  splitResponse,
} from '../../emv/apdu.ts'
import { decodeTlvs, encodeTlvs, findTlv } from '../../emv/ber-tlv.ts'
import { type DolItem, fillDol, parseDol } from '../../emv/dol.ts'
import { REVERSAL_TAGS, SALE_TAGS } from '../../iso8583/subfields/field-55.ts'

/** The stripe of a card as a terminal keeps it while it is swiped. */
export interface StripeData {
  readonly pan: string
  /** YYMM. */
  readonly expiry: string
  /** Separator `D`, as field 35 carries it. */
  readonly track2: string
}

/** What a terminal knows of the transaction that its chip card signs. */
export interface ChipPurchase {
  readonly amountMinor: number
  /** Online PIN was entered: it is told in the CVM results. */
  readonly withPin: boolean
  readonly stan: string
  /** YYMMDD and hhmmss. */
  readonly date: string
  readonly time: string
}

const ZERO_AMOUNT = new Uint8Array(6)
const COUNTRY = fromHex('0156')
const CAPABILITIES = fromHex('E0F1C8')
const TERMINAL_TYPE = fromHex('22')
const VERSION = fromHex('0020')
const SERIAL_NUMBER = fromHex('53494D3030303031')
/** Online PIN entered; no cardholder verification done. Source: EMV Book 4, A4. */
const CVM_PIN = fromHex('420300')
const CVM_NONE = fromHex('1F0300')
const APPROVED_CODE = fromHex('3030')

/** The stripe of an image; undefined when it has none that can be read. */
export function stripeOf({ stripe }: CardImage): StripeData | undefined {
  const track2 = stripe?.track2?.replace('=', 'D')
  const match = /^(\d{12,19})D(\d{4})/.exec(track2 ?? '')
  if (track2 === undefined || match === null) return undefined
  return { pan: match[1] ?? '', expiry: match[2] ?? '', track2 }
}

/**
 * A chip card in the hand of one virtual terminal: the emulated card signs, and judges its issuer's answer. The
 * records are read once; selection, processing options and both cryptograms are done for each transaction.
 */
export class TillChip {
  readonly pan: string
  readonly expiry: string
  /** Three digits of field 23. */
  readonly panSequence: string
  readonly track2: string
  readonly #card: ChipCard
  readonly #random: Random
  readonly #aid: Uint8Array
  readonly #cdol1: readonly DolItem[]
  readonly #cdol2: readonly DolItem[]
  readonly #values = new Map<string, Uint8Array>()

  constructor(image: CardImage, random: Random) {
    this.#card = createChipCard(image, { random })
    this.#random = random
    this.#card.powerOn()
    const application = this.#card.image.chip?.applications[0]
    invariant(application !== undefined, 'a chip card without an application')
    this.#aid = fromHex(application.aid)
    const objects = this.#readRecords()
    const text = (tag: string): string => toHex(objects.get(tag) ?? new Uint8Array(0))
    this.pan = text('5A').replace(/F+$/, '')
    this.expiry = text('5F24').slice(0, 4)
    this.panSequence = `0${text('5F34')}`
    this.track2 = text('57').replace(/F+$/, '')
    this.#cdol1 = listOf(objects.get('8C'))
    this.#cdol2 = listOf(objects.get('8D'))
  }

  /** Transaction counter that the card has reached. */
  get transactionCounter(): number {
    return this.#card.image.chip?.applications[0]?.state.atc ?? 0
  }

  /** Field 55 with a fresh ARQC over `purchase`. */
  sign(purchase: ChipPurchase): Uint8Array {
    this.#initiate()
    this.#tell(purchase)
    const data = fillDol(this.#cdol1, this.#lookup)
    this.#take(this.#command(generateAcCommand('ARQC', false, data)))
    return this.#tags(SALE_TAGS)
  }

  /** Whether the card takes `field55` of the reply for its issuer's approval. */
  accepts(field55: Uint8Array | undefined): boolean {
    const answer = field55 === undefined ? undefined : findTlv(field55, '91')
    if (answer === undefined || answer.length < 8 || answer.length > 16) return false
    const proof = splitResponse(this.#card.transmit(externalAuthenticateCommand(answer)))
    if (proof?.status !== SW.ok) return false
    this.#values.set('8A', APPROVED_CODE)
    const data = fillDol(this.#cdol2, this.#lookup)
    return this.#take(this.#command(generateAcCommand('TC', false, data))) === 'TC'
  }

  /** Field 55 of the reversal of what was signed last. */
  reversalData(): Uint8Array {
    return this.#tags(REVERSAL_TAGS)
  }

  readonly #lookup = (tag: string): Uint8Array | undefined => this.#values.get(tag)

  #initiate(): void {
    this.#command(selectCommand(this.#aid))
    const options = this.#command(processingOptionsCommand(new Uint8Array(0)))
    const format1 = findTlv(options, '80')
    const profile = format1?.subarray(0, 2) ?? findTlv(findTlv(options, '77') ?? options, '82')
    invariant(profile !== undefined, 'a card without an interchange profile')
    this.#values.set('82', profile)
  }

  #tell({ amountMinor, withPin, stan, date, time }: ChipPurchase): void {
    const values = this.#values
    values.set('9F02', fromHex(String(amountMinor).padStart(12, '0')))
    values.set('9F03', ZERO_AMOUNT)
    values.set('9F1A', COUNTRY)
    values.set('5F2A', COUNTRY)
    // Online PIN entered, transaction above the floor limit.
    values.set('95', fromHex(withPin ? '0000048000' : '0000008000'))
    values.set('9A', fromHex(date))
    values.set('9F21', fromHex(time))
    values.set('9C', Uint8Array.of(0))
    values.set('9F37', this.#random.bytes(4))
    values.set('9F33', CAPABILITIES)
    values.set('9F34', withPin ? CVM_PIN : CVM_NONE)
    values.set('9F35', TERMINAL_TYPE)
    values.set('9F1E', SERIAL_NUMBER)
    values.set('84', this.#aid)
    values.set('9F09', VERSION)
    values.set('9F41', fromHex(stan.padStart(8, '0')))
  }

  /** Keeps what a cryptogram came with and answers its kind. Source: EMV Book 3, 6.5.5.4. */
  #take(response: Uint8Array): 'TC' | 'ARQC' | 'AAC' {
    const format1 = findTlv(response, '80')
    const values = this.#values
    if (format1 === undefined) {
      const tlvs = decodeTlvs(findTlv(response, '77') ?? new Uint8Array(0))
      invariant(tlvs.ok, 'a cryptogram in no known form')
      for (const { tag, value } of tlvs.value) values.set(tag, value)
    } else {
      values.set('9F27', format1.slice(0, 1))
      values.set('9F36', format1.slice(1, 3))
      values.set('9F26', format1.slice(3, 11))
      values.set('9F10', format1.slice(11))
    }
    const information = (values.get('9F27')?.[0] ?? 0) & 0xc0
    return information === 0x40 ? 'TC' : information === 0x80 ? 'ARQC' : 'AAC'
  }

  #tags(tags: readonly string[]): Uint8Array {
    const items: (readonly [string, Uint8Array])[] = []
    for (const tag of tags) {
      const value = this.#values.get(tag)
      if (value !== undefined) items.push([tag, value])
    }
    return encodeTlvs(items)
  }

  #command(apdu: Uint8Array): Uint8Array {
    const response = splitResponse(this.#card.transmit(apdu))
    invariant(response?.status === SW.ok, 'the card of a virtual terminal refused a command')
    return response.data
  }

  #readRecords(): ReadonlyMap<string, Uint8Array> {
    this.#initiate()
    const objects = new Map<string, Uint8Array>()
    for (const { sfi, number } of this.#card.image.chip?.applications[0]?.records ?? []) {
      const content = findTlv(this.#command(readRecordCommand(sfi, number)), '70')
      const tlvs = decodeTlvs(content ?? new Uint8Array(0))
      if (tlvs.ok) for (const { tag, value } of tlvs.value) objects.set(tag, Uint8Array.from(value))
    }
    return objects
  }
}

function listOf(value: Uint8Array | undefined): readonly DolItem[] {
  const list = parseDol(value ?? new Uint8Array(0))
  return list.ok ? list.value : []
}
