import { WALLET_PREFIX } from '../core/wallet-port.ts'

/** What a wallet's file keeps under a key of the host. */
export type CodeTagger = (data: Uint8Array) => Uint8Array

/** Codes of customers begin so. Source: docs/qr-payments.md. */
const PREFIX = '62'
const WALLET_DIGITS = 4
const SERIAL_DIGITS = 5
const TAG_DIGITS = 8
/** A wallet has so many codes, then it needs a new number. */
export const SERIAL_MAX = 99_999
export const WALLET_MAX = 9_999

/** 19 digits: 62, wallet, serial number of the code, and eight digits of an HMAC over these. */
export function formatPaymentCode(wallet: number, serial: number, tagger: CodeTagger): string {
  const named =
    PREFIX + String(wallet).padStart(WALLET_DIGITS, '0') + String(serial).padStart(SERIAL_DIGITS, '0')
  return named + tagDigits(named, tagger)
}

/** Undefined when no host with this key made it. */
export function parsePaymentCode(
  code: string,
  tagger: CodeTagger,
): { readonly wallet: number; readonly serial: number } | undefined {
  const size = PREFIX.length + WALLET_DIGITS + SERIAL_DIGITS
  if (!/^\d{19}$/.test(code) || !code.startsWith(PREFIX)) return undefined
  const named = code.slice(0, size)
  if (tagDigits(named, tagger) !== code.slice(size)) return undefined
  return {
    wallet: Number(named.slice(PREFIX.length, PREFIX.length + WALLET_DIGITS)),
    serial: Number(named.slice(-SERIAL_DIGITS)),
  }
}

function tagDigits(named: string, tagger: CodeTagger): string {
  const tag = tagger(new TextEncoder().encode(`wallet code ${named}`))
  const view = new DataView(tag.buffer, tag.byteOffset)
  return String(view.getUint32(0) % 10 ** TAG_DIGITS).padStart(TAG_DIGITS, '0')
}

/** The account number of a wallet: 16 digits that are no card's, with a check digit. */
export function walletAccountNumber(wallet: number): string {
  const body = `${WALLET_PREFIX}${String(wallet).padStart(9, '0')}`
  return body + checkDigit(body)
}

/** Source: ISO/IEC 7812-1, annex B. */
function checkDigit(body: string): string {
  const sum = [...body].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return String((10 - (sum % 10)) % 10)
}
