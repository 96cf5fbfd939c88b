import { packBcd } from '../../base/bcd.ts'
import { asciiToBytes } from '../../base/bytes.ts'
import { invariant } from '../../base/invariant.ts'
import type { CryptogramKind } from '../../emv/results.ts'
import type { EmvTransaction } from './emv-transaction.ts'
import type { ApplicationParameters, KernelConfig } from './kernel-config.ts'

/** The offline data authentication that card and terminal share, best first. */
export type AuthenticationMethod = 'cda' | 'dda' | 'sda'

/** A card application that was selected for good. */
export interface SelectedApplication {
  /** DF name, tag 84. */
  readonly name: Uint8Array
  readonly parameters: ApplicationParameters
  /** As the display may show it. */
  readonly label: string
  /** Tag 9F38; empty when the card wants nothing. */
  readonly pdol: Uint8Array
  /** Data objects of the file control information. */
  readonly objects: ReadonlyMap<string, Uint8Array>
}

/** A key of the card's chain of certificates. */
export interface RecoveredKey {
  readonly modulus: Uint8Array
  readonly exponent: Uint8Array
}

/** What one GENERATE AC gave. */
export interface CardCryptogram {
  readonly kind: CryptogramKind
  readonly information: number
  /** 8 bytes. */
  readonly value: Uint8Array
}

/** All that the kernel knows of one transaction. Each book step writes its own part. */
export class ContactSession {
  readonly config: KernelConfig
  readonly transaction: EmvTransaction
  readonly application: SelectedApplication
  /** Tag 9F37. */
  readonly unpredictableNumber: Uint8Array
  /** Tag 95. */
  readonly tvr = new Uint8Array(5)
  /** Tag 9B. */
  readonly tsi = new Uint8Array(2)
  /** Tag 9F34; as for a card without cardholder verification until that step ran. */
  readonly cvmResults = Uint8Array.of(0x3f, 0, 0)
  /** What the card sent. */
  readonly card: Map<string, Uint8Array>
  /** Contents of the records for offline authentication, in AFL order. */
  readonly staticRecords: Uint8Array[] = []
  /** Values that the terminal got from elsewhere: 8A, 91, DF31. */
  readonly host = new Map<string, Uint8Array>()
  /** Data field of each command that is hashed for CDA. */
  pdolData: Uint8Array = new Uint8Array(0)
  cdol1Data: Uint8Array = new Uint8Array(0)
  staticDataMalformed = false
  authentication: AuthenticationMethod | undefined
  iccKey: RecoveredKey | undefined
  pinBlock: Uint8Array | undefined
  pinBypassed = false
  /** What the PIN pad shows. */
  amountText: string | undefined
  signature = false
  cryptogram: CardCryptogram | undefined
  /** The first cryptogram, which scripts and a reversal refer to. */
  firstCryptogram: CardCryptogram | undefined
  isCompleted = false
  /** Tag 9F39. */
  entryMode = 0x05

  constructor(
    config: KernelConfig,
    transaction: EmvTransaction,
    application: SelectedApplication,
    unpredictableNumber: Uint8Array,
  ) {
    this.config = config
    this.transaction = transaction
    this.amountText = transaction.amountText
    this.application = application
    this.unpredictableNumber = unpredictableNumber
    this.card = new Map(application.objects)
  }

  /** The value of a data object, wherever it comes from; undefined when nobody has it. */
  lookup(tag: string): Uint8Array | undefined {
    return this.#terminalValue(tag) ?? this.host.get(tag) ?? this.card.get(tag)
  }

  #terminalValue(tag: string): Uint8Array | undefined {
    const { config, transaction } = this
    switch (tag) {
      case '95':
        return this.tvr
      case '9B':
        return this.tsi
      case '9F34':
        return this.cvmResults
      case '9F37':
        return this.unpredictableNumber
      case '9F39':
        return Uint8Array.of(this.entryMode)
      case '9F02':
        return amount(transaction.amountMinor)
      case '9F03':
        return amount(transaction.otherAmountMinor ?? 0)
      case '81':
        return binary(transaction.amountMinor)
      case '9F04':
        return binary(transaction.otherAmountMinor ?? 0)
      case '9A':
        return date(transaction)
      case '9F21':
        return time(transaction)
      case '9C':
        return packBcd(transaction.transactionType)
      case '9F41':
        return packBcd(String(transaction.sequence).padStart(8, '0').slice(-8))
      case '5F2A':
        return packBcd(config.currency.padStart(4, '0'))
      case '5F36':
        return Uint8Array.of(config.currencyExponent)
      default:
        return staticTerminalValue(tag, config, this.application.parameters)
    }
  }
}

/** Terminal values that no transaction changes. */
function staticTerminalValue(
  tag: string,
  config: KernelConfig,
  parameters: ApplicationParameters,
): Uint8Array | undefined {
  switch (tag) {
    case '9F1A':
      return packBcd(config.country.padStart(4, '0'))
    case '9F33':
      return config.terminalCapabilities
    case '9F40':
      return config.additionalCapabilities
    case '9F35':
      return Uint8Array.of(config.terminalType)
    case '9F1E':
      return fixedText(config.interfaceDeviceSerial, 8)
    case '9F1C':
      return fixedText(config.terminalId, 8)
    case '9F16':
      return fixedText(config.merchantId, 15)
    case '9F4E':
      // A merchant may be registered in Chinese: what has no byte in tag 9F4E (ans) is left out.
      return asciiToBytes(config.merchantName.replace(/[^\0-\u00ff]/g, ''))
    case '9F15':
      return packBcd(config.merchantCategory)
    case '9F09':
      return parameters.version
    case '9F06':
      return parameters.aid
    case '9F1B':
      return binary(parameters.floorLimitMinor)
    default:
      return undefined
  }
}

function amount(minor: number): Uint8Array {
  invariant(Number.isSafeInteger(minor) && minor >= 0 && minor <= 999_999_999_999, 'amount out of range')
  return packBcd(String(minor).padStart(12, '0'))
}

/** Four bytes; what is too large shows as the largest. */
function binary(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, Math.min(value, 0xffff_ffff))
  return bytes
}

function twoDigits(value: number): string {
  return String(value % 100).padStart(2, '0')
}

function date({ localTime }: EmvTransaction): Uint8Array {
  return packBcd(twoDigits(localTime.year) + twoDigits(localTime.month) + twoDigits(localTime.day))
}

function time({ localTime }: EmvTransaction): Uint8Array {
  return packBcd(twoDigits(localTime.hour) + twoDigits(localTime.minute) + twoDigits(localTime.second))
}

function fixedText(text: string, size: number): Uint8Array {
  return asciiToBytes(text.padEnd(size, ' ').slice(0, size))
}
