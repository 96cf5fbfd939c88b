import { InvariantError } from '../../base/invariant.ts'
import type { Fields } from '../../iso8583/message.ts'
import { formatSettlementTotals } from '../../iso8583/subfields/field-48.ts'
import { formatTerminalSerial } from '../../iso8583/subfields/field-62.ts'
import type { LoadKind } from './load-kind.ts'
import { WIRE_FORMS } from './load-kind.ts'
import type { TillTotals } from './till-totals.ts'

/** Numbers by which the host knows a virtual terminal. */
export interface TillIdentity {
  readonly tid: string
  readonly mid: string
}

/** What a card gives to one request. */
export interface CardPart {
  readonly pan: string
  /** YYMM. */
  readonly expiry: string
  readonly entryMode: string
  /** Of a chip: three digits of field 23, and field 55. */
  readonly panSequence?: string | undefined
  readonly field55?: Uint8Array | undefined
  /** As field 35 carries it: encrypted. */
  readonly track?: string | undefined
  readonly pinBlock?: Uint8Array | undefined
}

/** An approved transaction that another may refer to. */
export interface Original {
  readonly kind: LoadKind
  readonly batch: string
  readonly stan: string
  readonly amountMinor: number
  readonly card: CardPart
  readonly field60: string
  /** Fields 37 and 38 of its reply; empty when it has none. */
  readonly referenceNumber: string
  readonly authorisationCode: string
  /** Field 55 of its reversal. */
  readonly reversal55: Uint8Array | undefined
  /** MMDD. */
  readonly date: string
}

const CURRENCY = '156'
const PIN_CAPTURE_CODE = '12'
const MAC_PLACE = new Uint8Array(8)
const OPERATOR = '01 '
const SERIAL = { certificate: '3153', serialNumber: 'SIM0000001' }
/** Online PIN enciphered with the card number, by triple DES; tracks encrypted. Source: UnionPay POS dialect, 9. */
const SECURITY_PIN = '2610000000000000'
const SECURITY_NO_PIN = '0610000000000000'
/** Sign-in with double-length keys and a track key. */
const KEY_SET = '004'

/** Field 60 of a financial request: the terminal reads chips, and takes parts where a part can be approved. */
export function financialField60(kind: LoadKind, batch: string): string {
  const { messageType } = WIRE_FORMS[kind]
  const takesParts = messageType === '22' || messageType === '23' || messageType === '25'
  return `${messageType}${batch}00050${takesParts ? '1' : ''}`
}

/** A request that stands for itself: sale, balance, pre-authorisation. Source: UnionPay POS dialect, 3 and 4. */
export function purchaseFields(
  { tid, mid }: TillIdentity,
  kind: LoadKind,
  stan: string,
  amountMinor: number,
  batch: string,
  card: CardPart,
): Fields {
  const { processingCode, condition } = WIRE_FORMS[kind]
  const isChip = card.field55 !== undefined
  return {
    2: isChip ? card.pan : undefined,
    3: processingCode,
    4: kind === 'balance' ? undefined : amountText(amountMinor),
    11: stan,
    14: isChip ? card.expiry : undefined,
    22: card.entryMode,
    23: card.panSequence,
    25: condition,
    26: card.pinBlock === undefined ? undefined : PIN_CAPTURE_CODE,
    35: card.track,
    41: tid,
    42: mid,
    49: CURRENCY,
    52: card.pinBlock,
    53: card.pinBlock === undefined ? SECURITY_NO_PIN : SECURITY_PIN,
    55: card.field55,
    60: financialField60(kind, batch),
    64: MAC_PLACE,
  }
}

/** A request about an earlier one: void, refund, completion, cancel. Source: UnionPay POS dialect, 4 and 5.2. */
export function relatedFields(
  { tid, mid }: TillIdentity,
  kind: LoadKind,
  stan: string,
  batch: string,
  original: Original,
): Fields {
  const { processingCode, condition } = WIRE_FORMS[kind]
  const reference = original.batch + original.stan
  return {
    2: original.card.pan,
    3: processingCode,
    4: amountText(original.amountMinor),
    11: stan,
    14: original.card.expiry,
    22: '012',
    25: condition,
    37: kind === 'void' || kind === 'refund' ? original.referenceNumber : undefined,
    38: original.authorisationCode === '' ? undefined : original.authorisationCode,
    41: tid,
    42: mid,
    49: CURRENCY,
    60: financialField60(kind, batch),
    61: kind === 'void' ? reference : reference + original.date,
    63: kind === 'refund' ? 'CUP' : undefined,
    64: MAC_PLACE,
  }
}

/** 0400 with the numbers of what it undoes. Source: UnionPay POS dialect, 12. */
export function reversalFields(
  { tid, mid }: TillIdentity,
  original: Original,
  reason: '06' | '98' | 'A0',
): Fields {
  const { processingCode, condition } = WIRE_FORMS[original.kind]
  const isRelated = original.card.entryMode === '012'
  const isChip = original.reversal55 !== undefined
  return {
    2: isRelated || isChip ? original.card.pan : undefined,
    3: processingCode,
    4: amountText(original.amountMinor),
    11: original.stan,
    14: isRelated || isChip ? original.card.expiry : undefined,
    22: original.card.entryMode,
    23: original.card.panSequence,
    25: condition,
    39: reason,
    41: tid,
    42: mid,
    49: CURRENCY,
    55: original.reversal55,
    60: original.field60,
    61: isRelated ? original.batch + original.stan + original.date : undefined,
    64: MAC_PLACE,
  }
}

/** 0800 that asks for fresh working keys. */
export function signInFields({ tid, mid }: TillIdentity, stan: string, batch: string): Fields {
  return {
    11: stan,
    41: tid,
    42: mid,
    60: `00${batch}${KEY_SET}`,
    62: formatTerminalSerial(SERIAL),
    63: OPERATOR,
  }
}

/** 0500 with the terminal's totals. Source: UnionPay POS dialect, 14. */
export function settlementFields(
  { tid, mid }: TillIdentity,
  stan: string,
  batch: string,
  totals: TillTotals,
): Fields {
  return {
    11: stan,
    41: tid,
    42: mid,
    48: formatSettlementTotals({ domestic: totals.field48(), foreign: NOTHING }),
    49: CURRENCY,
    60: `00${batch}201`,
    63: OPERATOR,
  }
}

/** 0320 that closes the batch. */
export function batchEndFields(
  { tid, mid }: TillIdentity,
  stan: string,
  batch: string,
  balanced: boolean,
): Fields {
  return { 11: stan, 41: tid, 42: mid, 48: '0000', 60: `00${batch}${balanced ? '207' : '202'}` }
}

const NOTHING = {
  debitAmountMinor: 0,
  debitCount: 0,
  creditAmountMinor: 0,
  creditCount: 0,
  flag: 'notCompared',
} as const

/** Six digits. */
export function sixDigits(value: number): string {
  return String(value).padStart(6, '0')
}

function amountText(amountMinor: number): string {
  if (!Number.isSafeInteger(amountMinor)) throw new InvariantError('an amount that is no whole number')
  return String(amountMinor).padStart(12, '0')
}
