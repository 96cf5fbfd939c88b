import type { CurrencyConversion } from '../../iso8583/subfields/currency-conversion.ts'
import type { Field59Item, Field59LengthDigits } from '../../iso8583/subfields/field-59.ts'
import type { Inbound, OperationName } from './inbound.ts'
import type { SettlementTotals, UploadKind } from './records.ts'

/** Which earlier transaction a request means, as far as it says so. */
export interface OriginalReference {
  /** Undefined or 0: not said. */
  readonly batchNumber: number | undefined
  readonly stan: number | undefined
  /** From a retrieval reference number in field 37. */
  readonly id: number | undefined
}

/** One record of a batch upload as the terminal tells it. */
export interface UploadedRecord {
  readonly kind: UploadKind
  readonly stan: number
  /** Empty when the record has none. */
  readonly pan: string
  readonly amountMinor: number
}

/** A field that is missing or has a wrong form: the request is answered with a format error. */
export interface FormatFault {
  readonly field: number
  readonly reason: string
}

/**
 * A request in the host's own terms, whatever dialect carried it. Lives only while its batch is decided;
 * `pan`, tracks and `pinBlock` go no further than the security module.
 */
export interface HostRequest {
  readonly inbound: Inbound
  readonly mti: string
  readonly operation: OperationName
  /** The message says itself that it is a repeat (last digit of its type is odd). */
  readonly isRepeat: boolean
  readonly fault: FormatFault | undefined

  readonly tid: string
  readonly mid: string
  readonly stan: number | undefined
  /** Undefined where the dialect carries none: the terminal's open batch. */
  readonly batchNumber: number | undefined
  readonly original: OriginalReference
  readonly reversalReason: string

  readonly processingCode: string
  readonly conditionCode: string
  readonly amountMinor: number | undefined
  readonly currency: string
  readonly entryMode: string
  readonly authorisationCode: string

  readonly pan: string | undefined
  readonly expiry: string | undefined
  readonly panSequence: string
  readonly track2: string | undefined
  readonly track3: string | undefined
  readonly trackEncrypted: boolean
  readonly pinBlock: Uint8Array | undefined
  readonly pinWithPan: boolean
  readonly chipData: Uint8Array | undefined

  /** Field 60.3, or the equivalent of another dialect: `001` sign-in and so on. */
  readonly networkCode: string
  /** Fields 60 and 63 as they came, for a reply that repeats them; empty without. */
  readonly customData: string
  readonly customText: string
  /** Field 59, and how long its lengths are: a reply uses the same. */
  readonly extended: ExtendedData | undefined
  /** What the cardholder took of what the terminal offered; undefined when nothing. */
  readonly conversion: CurrencyConversion | undefined
  /** Part of the amount, or to be added to the original. */
  readonly tipMinor: number | undefined
  /** The terminal can read chips. */
  readonly readsChips: boolean
  /** A chip card was read by its stripe because the chip failed. */
  readonly isFallback: boolean
  readonly acceptsPartial: boolean

  /** What only one operation reads; undefined when it is missing or has a wrong form. */
  readonly settlement: SettlementTotals | undefined
  readonly uploads: readonly UploadedRecord[] | undefined
  readonly recordCount: number | undefined
  /** Field 62 of a download or a status upload. */
  readonly multiUse: Uint8Array | undefined

  /** The bytes that the MAC covers, and the MAC; undefined when the message has none. */
  readonly macData: Uint8Array | undefined
  readonly mac: Uint8Array | undefined
}

export interface ExtendedData {
  readonly items: readonly Field59Item[]
  readonly lengthDigits: Field59LengthDigits
}

/** A request before its dialect has filled it in: nothing said. */
export function emptyRequest(inbound: Inbound, mti: string): HostRequest {
  return {
    inbound,
    mti,
    operation: 'unsupported',
    isRepeat: mti.endsWith('1'),
    fault: undefined,
    tid: '',
    mid: '',
    stan: undefined,
    batchNumber: undefined,
    original: { batchNumber: undefined, stan: undefined, id: undefined },
    reversalReason: '',
    processingCode: '',
    conditionCode: '',
    amountMinor: undefined,
    currency: '',
    entryMode: '',
    authorisationCode: '',
    pan: undefined,
    expiry: undefined,
    panSequence: '00',
    track2: undefined,
    track3: undefined,
    trackEncrypted: false,
    pinBlock: undefined,
    pinWithPan: true,
    chipData: undefined,
    networkCode: '',
    customData: '',
    customText: '',
    extended: undefined,
    conversion: undefined,
    tipMinor: undefined,
    readsChips: false,
    isFallback: false,
    acceptsPartial: false,
    settlement: undefined,
    uploads: undefined,
    recordCount: undefined,
    multiUse: undefined,
    macData: undefined,
    mac: undefined,
  }
}
