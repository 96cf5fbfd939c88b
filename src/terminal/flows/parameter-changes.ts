import { bytesToAscii } from '../../base/bytes.ts'
import { type ParameterItem, parseParameters } from '../../iso8583/subfields/field-62.ts'
import { parseTransactionBitmap } from '../../iso8583/subfields/transaction-bitmap.ts'
import type { TerminalProfile } from './terminal-profile.ts'

type Changes = { -readonly [Key in keyof TerminalProfile]?: TerminalProfile[Key] }

const MERCHANT_NAME = '22'
const TRANSACTION_BITMAP = '26'

/** What parameters of the host change in the profile; undefined when they can't be read. Source: unionpay-pos, 5.3. */
export function parameterChanges(
  bytes: Uint8Array,
  decodeText: (bytes: Uint8Array) => string,
  profile: TerminalProfile,
): Partial<TerminalProfile> | undefined {
  const parsed = parseParameters(bytesToAscii(bytes))
  if (!parsed.ok) return undefined
  const changes: Changes = {}
  for (const item of parsed.value) if (!applyParameter(item, changes, decodeText, profile)) return undefined
  return changes
}

/** False for a value that the parameter can't have. Those that this terminal has no use for pass. */
function applyParameter(
  { code, value }: ParameterItem,
  changes: Changes,
  decodeText: (bytes: Uint8Array) => string,
  profile: TerminalProfile,
): boolean {
  if (code === MERCHANT_NAME) {
    const name = decodeText(Uint8Array.from(value, (character) => character.charCodeAt(0))).trim()
    if (name === '') return true
    if (/[^\u0020-\u007e]/.test(name)) changes.merchantNameZh = name
    else changes.merchantNameEn = name
    return true
  }
  if (code === TRANSACTION_BITMAP) {
    const allowed = parseTransactionBitmap(value)
    if (allowed === undefined) return false
    changes.transactions = allowed.filter((each) => each !== 'offlineSale')
    // Sales without the host are for the terminal's own profile to switch on.
    if (!allowed.includes('offlineSale')) changes.offlineSales = false
    return true
  }
  const read = NUMBERS[code]
  if (read === undefined) return true
  if (!/^\d+$/.test(value)) return false
  return read(Number(value), changes, profile)
}

const TIMEOUT_S_MIN = 5
/** Ours: no source has it. */
const LINE_BACK = 2

type Read = (value: number, changes: Changes, profile: TerminalProfile) => boolean

const NUMBERS: Readonly<Record<string, Read>> = {
  '12': (seconds, changes) => {
    if (seconds < TIMEOUT_S_MIN) return false
    changes.replyTimeoutMs = seconds * 1000
    return true
  },
  '13': (attempts, changes) => {
    changes.connectAttempts = Math.max(1, attempts)
    return true
  },
  '24': (mode, changes, { offlineSettlementCode }) => {
    // What a value means is from memory: one that is unknown here changes nothing.
    if (mode > LINE_BACK) return true
    if (mode === LINE_BACK) changes.offlineSending = 'lineBack'
    else changes.offlineSending = mode === Number(offlineSettlementCode) ? 'settlement' : 'nextOnline'
    return true
  },
  '27': (count, changes) => {
    changes.offlineCountMax = count
    return count >= 1
  },
  '18': (flag, changes) => {
    changes.tips = flag === 1
    return flag <= 1
  },
  '19': (percent, changes) => {
    changes.tipPercentMax = percent
    return percent <= 99
  },
  '20': (flag, changes) => {
    changes.keyedAllowed = flag === 1
    return flag <= 1
  },
  '21': (flag, changes) => {
    changes.autoSignOff = flag === 1
    return flag <= 1
  },
  '23': (count, changes) => {
    changes.resendCount = count
    return count >= 1
  },
}
