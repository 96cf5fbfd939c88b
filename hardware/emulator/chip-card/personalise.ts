import { packBcd } from '../../../src/base/bcd.ts'
import { asciiToBytes, concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { isLuhnValid, truncatePan } from '../../../src/base/exposure.ts'
import { invariant } from '../../../src/base/invariant.ts'
import { encodeTlv, encodeTlvs } from '../../../src/emv/ber-tlv.ts'
import type { CryptogramScheme } from '../../../src/emv/schemes.ts'
import { type CertifiedCard, certifyCard, type IssuerKeys } from './card-certificates.ts'
import type { ApplicationImage, CardFaults, CardImage, ContactlessImage, StripeImage } from './card-image.ts'

/** What the cardholder must do: the card's list of verification methods. */
export type CardCvm = 'pin' | 'signature' | 'none'

/** What a new card is to be. */
export interface CardOrder {
  /** 12 to 19 digits with a right check digit. */
  readonly pan: string
  /** Two digits. */
  readonly panSequence: string
  /** YYMM; the card expires on the last day of that month. */
  readonly expiry: string
  /** YYMMDD. */
  readonly effective: string
  /** Offline PIN reference; undefined: none. */
  readonly pin?: string | undefined
  /** 2 to 26 characters of the alphabet of track 1. */
  readonly cardholderName: string
  readonly scheme: CryptogramScheme
  readonly cvm: CardCvm
  /** Card without chip, or with chip and stripe. */
  readonly stripeOnly: boolean
  /** Whether the card authenticates by CDA, DDA or SDA. */
  readonly authentication: 'cda' | 'dda' | 'sda'
  /** ISO 3166 numeric. */
  readonly country: string
  /** ISO 4217 numeric. */
  readonly currency: string
  /** Three digits that stand in for card verification values: of no worth, but as long as real ones. */
  readonly discretionary: string
  /** Transaction counter that a replaced card had reached; 0 for a new one. */
  readonly transactionCounter: number
  /** A card with an antenna, or a phone that proves its holder; left out: contacts only. Not for `mchip-…`. */
  readonly contactless?: 'card' | 'phone' | undefined
  readonly faults?: CardFaults | undefined
}

const APPLICATIONS: Readonly<
  Record<CryptogramScheme, { readonly aid: string; readonly label: string; readonly version: string }>
> = {
  'pboc-01': { aid: 'A000000333010101', label: 'UICC DEBIT', version: '0020' },
  'visa-cvn10': { aid: 'A0000000031010', label: 'VISA TEST', version: '008C' },
  'visa-cvn18': { aid: 'A0000000031010', label: 'VISA TEST', version: '008C' },
  'mchip-16': { aid: 'A0000000041010', label: 'MASTERCARD TEST', version: '0002' },
  'mchip-17': { aid: 'A0000000041010', label: 'MASTERCARD TEST', version: '0002' },
  'mchip-20': { aid: 'A0000000041010', label: 'MASTERCARD TEST', version: '0002' },
  'mchip-21': { aid: 'A0000000041010', label: 'MASTERCARD TEST', version: '0002' },
}

/** Rules after the two amounts: online PIN always first, then what may follow it. Source: EMV Book 3, annex C3. */
const CVM_LISTS: Readonly<Record<CardCvm, string>> = {
  // Online PIN, else signature, else nothing.
  pin: '42005E031F00',
  signature: '5E031F00',
  none: '1F00',
}

const CDOL1 = '9F02069F03069F1A0295055F2A029A039C019F37049F21039F4E149F3403'
const CDOL2 = '8A029F02069F03069F1A0295055F2A029A039C019F37049F2103'
const DDOL = '9F3704'
/** Answer to reset of a T=0 card with five historical bytes. Source: ISO/IEC 7816-3, 8. */
const ATR = '3B6500002063CBA000'
/** Answer to select of a type A card: 256-byte frames, the usual waiting times. Source: ISO/IEC 14443-4, 5.2. */
const ANSWER_TO_SELECT = '0578807002'
/** Chip with online rules abroad and at home: service code of a domestic chip card. Source: ISO/IEC 7813. */
const SERVICE_CODE_CHIP = '220'
const SERVICE_CODE_STRIPE = '120'
const PIN_TRIES = 3

/** A whole card, ready for use, with keys and certificates of `keys`. */
export function personaliseCard(order: CardOrder, keys: IssuerKeys): CardImage {
  invariant(/^\d{12,19}$/.test(order.pan) && isLuhnValid(order.pan), 'card number or its check digit')
  const name = `${APPLICATIONS[order.scheme].label} ${truncatePan(order.pan)}`
  const stripe = stripeOf(order)
  if (order.stripeOnly) return { format: 'tillwire-card-1', name: `STRIPE ${truncatePan(order.pan)}`, stripe }
  const application = applicationOf(order, keys)
  return {
    format: 'tillwire-card-1',
    name,
    chip: {
      atr: ATR,
      directory: true,
      blocked: false,
      ...(application.contactless === undefined ? {} : { contactless: { answerToSelect: ANSWER_TO_SELECT } }),
      applications: [application],
    },
    stripe,
    ...(order.faults === undefined ? {} : { faults: order.faults }),
  }
}

function stripeOf({ pan, expiry, cardholderName, stripeOnly, discretionary }: CardOrder): StripeImage {
  const service = stripeOnly ? SERVICE_CODE_STRIPE : SERVICE_CODE_CHIP
  const tail = `${expiry}${service}00000${discretionary}`
  return {
    track1: `B${pan}^${cardholderName.padEnd(2, ' ')}^${tail}`,
    track2: `${pan}=${tail}`,
    track3:
      `99${pan}=15615600000000000000000000000000000${expiry}=000000000000=000000000000=000000000000000`.slice(
        0,
        104,
      ),
  }
}

function applicationOf(order: CardOrder, keys: IssuerKeys): ApplicationImage {
  const { pan, panSequence, scheme, authentication } = order
  const { aid, label } = APPLICATIONS[scheme]
  const interchangeProfile = profileOf(order)
  const signed = signedRecord(order)
  const certified = certifyCard(keys, {
    pan,
    expiry: order.expiry.slice(2) + order.expiry.slice(0, 2),
    staticData: concatBytes([signed, fromHex(interchangeProfile)]),
    ...(isContactless(order)
      ? { otherStaticData: concatBytes([contactlessStaticRecord(order), fromHex(CONTACTLESS_PROFILE)]) }
      : {}),
    signatureSize: 128,
  })
  const isDynamic = authentication !== 'sda'
  const records = [
    record(1, 1, openRecord(order)),
    record(2, 1, signed),
    record(2, 2, encodeTlv('90', certified.issuerCertificate)),
    record(2, 3, issuerRest(keys, certified.issuerRemainder)),
    ...(isDynamic
      ? [record(2, 4, encodeTlv('9F46', certified.cardCertificate)), record(2, 5, cardRest(certified))]
      : [record(2, 4, encodeTlv('93', certified.staticSignature))]),
  ]
  return {
    aid,
    label,
    priority: 1,
    information: { '5F2D': toHex(asciiToBytes('zhen')) },
    pdol: '',
    interchangeProfile,
    fileLocator: `080101001001${isDynamic ? '05' : '04'}01`,
    responseFormat: authentication === 'cda' ? '77' : '80',
    records,
    dataObjects: { '9F4F': '9A039F21039F02065F2A02', '9F58': '00' },
    scheme,
    keyIndex: 1,
    pan,
    panSequence,
    keys: keys.cardKeys(pan, panSequence, scheme),
    ...(isDynamic ? { signatureKey: certified.signatureKey } : {}),
    ...(order.pin === undefined ? {} : { pin: order.pin }),
    pinTriesMax: PIN_TRIES,
    needsIssuerAuthentication: true,
    offlineCountMax: 0,
    offlineAmountMaxMinor: 0,
    ...(isContactless(order) ? { contactless: contactlessOf(order, keys, certified) } : {}),
    state: newState(order),
  }
}

function newState({ transactionCounter }: CardOrder): ApplicationImage['state'] {
  return {
    atc: transactionCounter,
    lastOnlineAtc: 0,
    pinTriesLeft: PIN_TRIES,
    blocked: false,
    consecutiveOffline: 0,
    cumulativeOfflineMinor: 0,
    issuerAuthenticationFailed: false,
    declinedOffline: false,
    scriptCount: 0,
    scriptFailed: false,
  }
}

/** M/Chip cards work otherwise in the field: with GENERATE AC. */
function isContactless({ contactless, scheme }: CardOrder): boolean {
  return contactless !== undefined && !scheme.startsWith('mchip')
}

/** What a reader's field sees of the application. Source: JR/T 0025.12; Visa VCPS 2.1. */
function contactlessOf(order: CardOrder, keys: IssuerKeys, certified: CertifiedCard): ContactlessImage {
  const isDynamic = order.authentication !== 'sda'
  return {
    pdol: CONTACTLESS_PDOL,
    interchangeProfile: CONTACTLESS_PROFILE,
    fileLocator: isDynamic ? CONTACTLESS_LOCATOR : '',
    records: isDynamic
      ? [
          record(3, 1, contactlessStaticRecord(order)),
          record(3, 2, encodeTlv('90', certified.issuerCertificate)),
          record(3, 3, issuerRest(keys, certified.issuerRemainder)),
          record(3, 4, encodeTlv('9F46', certified.otherCertificate)),
          record(3, 5, cardRest(certified)),
        ]
      : [],
    track2: toHex(track2Of(order)),
    cvm: order.cvm,
    isDevice: order.contactless === 'phone',
  }
}

/** Tag 82: contactless EMV with DDA. */
const CONTACTLESS_PROFILE = '2000'
const CONTACTLESS_PDOL = '9F66049F02069F03069F1A0295055F2A029A039C019F3704'
/** Five records of file 3, the first under the signature. */
const CONTACTLESS_LOCATOR = '18010501'

/** Under the issuer's signature, with tag 82. */
function contactlessStaticRecord({ pan, expiry, effective, country }: CardOrder): Uint8Array {
  return encodeTlvs([
    ['5A', fromHex(pan.length % 2 === 0 ? pan : `${pan}F`)],
    ['5F24', packBcd(`${expiry}${lastDay(expiry)}`)],
    ['5F25', packBcd(effective)],
    ['5F28', packBcd(country.padStart(4, '0'))],
    ['9F07', fromHex('FF00')],
    ['9F4A', fromHex('82')],
  ])
}

function track2Of({ pan, expiry, discretionary }: CardOrder): Uint8Array {
  const digits = `${pan}D${expiry}${SERVICE_CODE_CHIP}00000${discretionary}`
  return fromHex(digits.length % 2 === 0 ? digits : `${digits}F`)
}

/** Tag 82: cardholder verification, terminal risk management, issuer authentication, and how the card signs. */
function profileOf({ authentication }: CardOrder): string {
  const signing = { sda: 0x40, dda: 0x20, cda: 0x21 }[authentication]
  return toHex(Uint8Array.of(0x10 | 0x08 | 0x04 | signing, 0x00))
}

function record(sfi: number, number: number, content: Uint8Array): ApplicationImage['records'][number] {
  return { sfi, number, data: toHex(encodeTlv('70', content)) }
}

/** What the terminal may read without its being signed: track 2 and the cardholder's name. */
function openRecord(order: CardOrder): Uint8Array {
  return encodeTlvs([
    ['57', track2Of(order)],
    ['5F20', asciiToBytes(order.cardholderName.padEnd(2, ' '))],
  ])
}

/** Under the issuer's signature: number, dates, rules, action codes, lists. */
function signedRecord(order: CardOrder): Uint8Array {
  const { pan, panSequence, expiry, effective, country, currency, cvm, scheme } = order
  return encodeTlvs([
    ['5A', fromHex(pan.length % 2 === 0 ? pan : `${pan}F`)],
    ['5F34', packBcd(panSequence)],
    ['5F24', packBcd(`${expiry}${lastDay(expiry)}`)],
    ['5F25', packBcd(effective)],
    ['5F28', packBcd(country.padStart(4, '0'))],
    ['5F30', packBcd(SERVICE_CODE_CHIP.padStart(4, '0'))],
    ['9F07', fromHex('FF00')],
    ['9F08', fromHex(APPLICATIONS[scheme].version)],
    ['9F42', packBcd(currency.padStart(4, '0'))],
    ['8E', fromHex(`0000000000000000${CVM_LISTS[cvm]}`)],
    ['9F0D', fromHex('D8609CA800')],
    ['9F0E', fromHex('0010000000')],
    ['9F0F', fromHex('D8689CF800')],
    ['8C', fromHex(CDOL1)],
    ['8D', fromHex(CDOL2)],
    ['9F49', fromHex(DDOL)],
    ['9F4A', fromHex('82')],
  ])
}

function issuerRest(keys: IssuerKeys, remainder: Uint8Array): Uint8Array {
  return encodeTlvs([
    ['8F', Uint8Array.of(keys.caIndex)],
    ...(remainder.length > 0 ? [['92', remainder] as const] : []),
    ['9F32', keys.issuer.exponent],
  ])
}

function cardRest({
  cardExponent,
  cardRemainder,
}: {
  readonly cardExponent: Uint8Array
  readonly cardRemainder: Uint8Array
}): Uint8Array {
  return encodeTlvs([
    ['9F47', cardExponent],
    ...(cardRemainder.length > 0 ? [['9F48', cardRemainder] as const] : []),
  ])
}

/** Two digits. `expiry`: YYMM of this century. */
function lastDay(expiry: string): string {
  const year = 2000 + Number(expiry.slice(0, 2))
  const month = Number(expiry.slice(2))
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  return String(days[month - 1] ?? 31)
}
