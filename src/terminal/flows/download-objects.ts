import { bytesToAscii, equalBytes, fromHex, toHex } from '../../base/bytes.ts'
import { decodeTlvs, findTlv } from '../../emv/ber-tlv.ts'
import type { Sha1 } from '../../emv/emv-cipher.ts'
import type { ApplicationParameters, CaPublicKey } from '../kernel/kernel-config.ts'
import type { TerminalProfile } from './terminal-profile.ts'

const SHA_1 = '01'
const RSA = '01'

/** A key that the host sent, if it is whole and its check value is right. Source: EMV Book 2, 10.2; unionpay-pos, 5.3. */
export function caKeyOf(tlv: Uint8Array, sha1: Sha1): CaPublicKey | undefined {
  const decoded = decodeTlvs(tlv)
  if (!decoded.ok) return undefined
  const value = (tag: string): Uint8Array | undefined => findTlv(decoded.value, tag)
  const [rid, index, modulus, exponent, check] = ['9F06', '9F22', 'DF02', 'DF04', 'DF03'].map(value)
  if (rid?.length !== 5 || index?.length !== 1 || modulus === undefined || exponent === undefined)
    return undefined
  if (check === undefined || !hasKnownAlgorithms(value('DF06'), value('DF07'))) return undefined
  const expiry = expiryOf(value('DF05'))
  if (expiry === undefined) return undefined
  const data = Uint8Array.from([...rid, ...index, ...modulus, ...exponent])
  if (!equalBytes(sha1(data), check)) return undefined
  return { rid, index: index[0] as number, modulus, exponent, expiry }
}

function hasKnownAlgorithms(hash: Uint8Array | undefined, signature: Uint8Array | undefined): boolean {
  return (
    (hash === undefined || toHex(hash) === SHA_1) && (signature === undefined || toHex(signature) === RSA)
  )
}

/** YYMMDD from eight characters or four packed bytes. */
function expiryOf(value: Uint8Array | undefined): string | undefined {
  if (value === undefined) return undefined
  const digits = value.length === 4 ? toHex(value) : bytesToAscii(value)
  return /^\d{8}$/.test(digits) ? digits.slice(2) : undefined
}

/** An application that the host sent, if what the kernel needs is there. Source: unionpay-pos, 5.3. */
export function applicationOf(
  tlv: Uint8Array,
  partialMatchValue: TerminalProfile['partialMatchValue'],
): ApplicationParameters | undefined {
  const decoded = decodeTlvs(tlv)
  if (!decoded.ok) return undefined
  const value = (tag: string): Uint8Array | undefined => findTlv(decoded.value, tag)
  const sized = (tag: string, size: number): Uint8Array | undefined => {
    const found = value(tag)
    return found?.length === size ? found : undefined
  }
  const aid = value('9F06')
  const matching = sized('DF01', 1)
  const version = sized('9F08', 2)
  const [tacDefault, tacOnline, tacDenial] = ['DF11', 'DF12', 'DF13'].map((tag) => sized(tag, 5))
  if (aid === undefined || aid.length < 5 || aid.length > 16 || matching === undefined) return undefined
  if (version === undefined || tacDefault === undefined || tacOnline === undefined || tacDenial === undefined)
    return undefined
  return {
    aid,
    partialMatch: toHex(matching) === partialMatchValue,
    version,
    tacDefault,
    tacDenial,
    tacOnline,
    floorLimitMinor: numberOf(value('9F1B')),
    randomThresholdMinor: numberOf(value('DF15')),
    randomMaximumPercent: percentOf(value('DF16')),
    randomTargetPercent: percentOf(value('DF17')),
    defaultDdol: value('DF14') ?? fromHex('9F3704'),
    onlinePin: toHex(value('DF18') ?? fromHex('01')) === '01',
    ...contactlessLimits(value('DF19'), value('DF20'), value('DF21')),
  }
}

/** Amounts of six packed bytes; without the limit of a transaction the application is not open to taps. */
function contactlessLimits(
  floor: Uint8Array | undefined,
  transaction: Uint8Array | undefined,
  verification: Uint8Array | undefined,
): Pick<ApplicationParameters, 'contactless'> {
  const transactionLimitMinor = amountOf(transaction)
  if (transactionLimitMinor === undefined) return {}
  return {
    contactless: {
      floorLimitMinor: amountOf(floor) ?? 0,
      transactionLimitMinor,
      verificationLimitMinor: amountOf(verification) ?? 0,
    },
  }
}

function amountOf(bytes: Uint8Array | undefined): number | undefined {
  const digits = bytes?.length === 6 ? toHex(bytes) : ''
  return /^\d{12}$/.test(digits) ? Number(digits) : undefined
}

function numberOf(bytes: Uint8Array | undefined): number {
  return bytes === undefined ? 0 : Number.parseInt(toHex(bytes) || '0', 16)
}

function percentOf(bytes: Uint8Array | undefined): number {
  const digits = bytes === undefined ? '00' : toHex(bytes)
  return /^\d\d$/.test(digits) ? Number(digits) : 0
}

/** Text objects: six digits, a size of three, the value. Undefined when it does not add up. */
export function contactlessValues(bytes: Uint8Array): Readonly<Record<string, string>> | undefined {
  const text = bytesToAscii(bytes)
  const values: Record<string, string> = {}
  for (let at = 0; at < text.length; ) {
    const head = /^(FF[0-9A-F]{4})(\d{3})/.exec(text.slice(at))
    const [all = '', tag = '', digits = ''] = head ?? []
    const end = at + all.length + Number(digits)
    if (head === null || end > text.length) return undefined
    values[tag] = text.slice(at + all.length, end)
    at = end
  }
  return values
}

const AMOUNT_TAGS: ReadonlySet<string> = new Set(['FF8058', 'FF8059'])

/** Binary objects: three bytes of tag, one of size, the value; amounts are packed digits. From memory. Undefined when it does not add up. */
export function binaryContactlessValues(bytes: Uint8Array): Readonly<Record<string, string>> | undefined {
  const values: Record<string, string> = {}
  for (let at = 0; at < bytes.length; ) {
    const tag = toHex(bytes.subarray(at, at + 3))
    const end = at + 4 + (bytes[at + 3] ?? bytes.length)
    if (!/^FF[0-9A-F]{4}$/.test(tag) || end > bytes.length) return undefined
    const value = bytes.subarray(at + 4, end)
    values[tag] = AMOUNT_TAGS.has(tag) ? toHex(value) : bytesToAscii(value)
    at = end
  }
  return values
}
