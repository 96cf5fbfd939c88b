import { fromHex } from '../../src/base/bytes.ts'
import { type BlockCipher, createTdes } from '../../src/crypto/block-cipher.ts'
import { createEmvCipher } from '../../src/crypto/emv-cipher.ts'
import { unwrapKeyBlock } from '../../src/crypto/key-block.ts'
import { keyCheckValue } from '../../src/crypto/key-check-value.ts'
import { type PreparedMac, prepareMessageMac } from '../../src/crypto/mac.ts'
import { encodePinBlock } from '../../src/crypto/pin-block.ts'
import { encryptTrackWith } from '../../src/crypto/track-cipher.ts'
import { encodeTlvs } from '../../src/emv/ber-tlv.ts'
import { cryptogramData, schemeCryptogram } from '../../src/emv/schemes.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import type { Fields } from '../../src/iso8583/message.ts'
import { UNIONPAY_POS } from '../../src/iso8583/specs/unionpay-pos.ts'
import { type BenchTerminal, CARD_EXPIRY, CARD_PIN, PAD_PROTECTION_KEY } from './bench-estate.ts'

const codec = compileSpec(UNIONPAY_POS)
const emvCipher = createEmvCipher()
/** TPDU and header before each message. */
const ENVELOPE = fromHex('6000030000603200320001')
const MAC_SIZE = 8
const PREFIX_SIZE = 2

/** The terminal's side of the wire, by hand: what a client of the benchmark sends and how it checks what comes. */
export class WireTerminal {
  readonly tid: string
  readonly #mid: string
  readonly #master: BlockCipher
  #mac: PreparedMac | undefined
  #pin: BlockCipher | undefined
  #track: BlockCipher | undefined
  #batch = '000001'
  stan = 0

  constructor({ tid, masterKeyBlock }: BenchTerminal, mid: string) {
    const opened = unwrapKeyBlock(fromHex(PAD_PROTECTION_KEY), masterKeyBlock)
    if (!opened.ok) throw new Error('the terminal master key does not open')
    this.tid = tid
    this.#mid = mid
    this.#master = createTdes(opened.value.key)
  }

  /** Frame of a sign-in, length included. */
  signIn(): Uint8Array {
    return this.#frame('0800', { 11: this.#nextStan(), 60: `00${this.#batch}004`, 63: '01 ' }, false)
  }

  /** Takes the working keys of the answer to a sign-in. */
  signedIn(frame: Uint8Array): void {
    const fields = fieldsOf(frame)
    const keys = fields[62]
    if (fields[39] !== '00' || !(keys instanceof Uint8Array))
      throw new Error(`sign-in refused: ${String(fields[39])}`)
    this.#batch = String(fields[60]).slice(2, 8)
    this.#pin = createTdes(this.#key(keys, 0))
    this.#mac = prepareMessageMac('unionpay-ecb', this.#key(keys, 1))
    this.#track = createTdes(this.#key(keys, 2))
  }

  /** Frame of a sale by stripe with PIN: encrypted track, PIN block, MAC. */
  stripeSale(pan: string, amountMinor: number): Uint8Array {
    const { pin, track } = this.#keys()
    return this.#frame('0200', {
      3: '000000',
      4: String(amountMinor).padStart(12, '0'),
      11: this.#nextStan(),
      22: '021',
      25: '00',
      26: '12',
      35: encryptTrackWith(track, `${pan}D${CARD_EXPIRY}1010000012345`),
      49: '156',
      52: pin.encrypt(encodePinBlock({ format: 0, pin: CARD_PIN, pan })),
      53: '2610000000000000',
      60: `22${this.#batch}000501`,
    })
  }

  /** Frame of a sale by chip with PIN; `counter` must grow for each card. */
  chipSale(pan: string, cardKey: Uint8Array, counter: number, amountMinor: number): Uint8Array {
    const { pin, track } = this.#keys()
    return this.#frame('0200', {
      2: pan,
      3: '000000',
      4: String(amountMinor).padStart(12, '0'),
      11: this.#nextStan(),
      14: CARD_EXPIRY,
      22: '051',
      23: '001',
      25: '00',
      26: '12',
      35: encryptTrackWith(track, `${pan}D${CARD_EXPIRY}2010000012345`),
      49: '156',
      52: pin.encrypt(encodePinBlock({ format: 0, pin: CARD_PIN, pan })),
      53: '2610000000000000',
      55: chipData(cardKey, counter, amountMinor),
      60: `22${this.#batch}000501`,
    })
  }

  /** Response code of a reply whose MAC is right; `badMac` otherwise. `frame` includes its length. */
  check(frame: Uint8Array): string {
    const fields = fieldsOf(frame)
    const message = frame.subarray(PREFIX_SIZE + ENVELOPE.length)
    const expected = this.#keys().mac(message.subarray(0, message.length - MAC_SIZE))
    const mac = fields[64]
    const isRight = mac instanceof Uint8Array && Buffer.compare(expected, mac) === 0
    return isRight ? String(fields[39]) : 'badMac'
  }

  #frame(mti: string, fields: Fields, hasMac = true): Uint8Array {
    const all = {
      ...fields,
      41: this.tid,
      42: this.#mid,
      ...(hasMac ? { 64: new Uint8Array(MAC_SIZE) } : {}),
    }
    const encoded = codec.encode({ mti, fields: all })
    if (!encoded.ok) throw new Error(`field ${encoded.error.field} does not encode`)
    const message = encoded.value
    const macAt = message.length - MAC_SIZE
    if (hasMac) message.set(this.#keys().mac(message.subarray(0, macAt)), macAt)
    const size = ENVELOPE.length + message.length
    const frame = new Uint8Array(PREFIX_SIZE + size)
    frame[0] = size >> 8
    frame[1] = size & 0xff
    frame.set(ENVELOPE, PREFIX_SIZE)
    frame.set(message, PREFIX_SIZE + ENVELOPE.length)
    return frame
  }

  #keys(): { readonly mac: PreparedMac; readonly pin: BlockCipher; readonly track: BlockCipher } {
    if (this.#mac === undefined || this.#pin === undefined || this.#track === undefined)
      throw new Error('not signed in')
    return { mac: this.#mac, pin: this.#pin, track: this.#track }
  }

  /** One of field 62's keys: 16 bytes under the master key, then 4 of its check value. */
  #key(slots: Uint8Array, index: number): Uint8Array {
    const at = index * 20
    const key = this.#master.decrypt(slots.slice(at, at + 16))
    const size = slots.subarray(at + 8, at + 16).every((byte) => byte === 0) ? 8 : 16
    const clear = key.slice(0, size)
    const value = keyCheckValue('tdes', clear, 4)
    if (Buffer.compare(value, slots.subarray(at + 16, at + 20)) !== 0)
      throw new Error('a wrong key check value')
    return clear
  }

  #nextStan(): string {
    this.stan++
    return String(this.stan).padStart(6, '0')
  }
}

/** Fields of a reply with its length, TPDU and header. */
function fieldsOf(frame: Uint8Array): Fields {
  const decoded = codec.decode(frame, PREFIX_SIZE + ENVELOPE.length)
  if (!decoded.ok) throw new Error('a reply that does not decode')
  return decoded.value.fields
}

/** Field 55 of a purchase, signed by the card. */
function chipData(cardKey: Uint8Array, counter: number, amountMinor: number): Uint8Array {
  const tags = new Map<string, Uint8Array>([
    ['9F27', fromHex('80')],
    ['9F10', fromHex('07000103A0A802010A0100000000001DBF68C7')],
    ['9F37', Uint8Array.of(0x51, 0x9c, counter >> 8, counter & 0xff)],
    ['9F36', Uint8Array.of(counter >> 8, counter & 0xff)],
    ['95', fromHex('0000048000')],
    ['9A', fromHex('261128')],
    ['9C', fromHex('00')],
    ['9F02', fromHex(String(amountMinor).padStart(12, '0'))],
    ['5F2A', fromHex('0156')],
    ['82', fromHex('7C00')],
    ['9F1A', fromHex('0156')],
    ['9F03', fromHex('000000000000')],
    ['9F33', fromHex('E0F0C8')],
    ['9F34', fromHex('420300')],
    ['9F35', fromHex('22')],
    ['9F1E', fromHex('3030303030303031')],
    ['84', fromHex('A000000333010102')],
    ['9F09', fromHex('0030')],
    ['9F41', fromHex('00000001')],
  ])
  const data = cryptogramData('pboc-01', (tag) => tags.get(tag))
  if (!data.ok) throw new Error('a tag is missing')
  const context = {
    applicationTransactionCounter: tags.get('9F36') ?? new Uint8Array(2),
    unpredictableNumber: tags.get('9F37') ?? new Uint8Array(4),
  }
  const cryptogram = schemeCryptogram(emvCipher, 'pboc-01', cardKey, context, data.value)
  return encodeTlvs([['9F26', cryptogram], ...tags])
}
