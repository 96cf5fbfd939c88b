import { equalBytes, toHex } from '../../base/bytes.ts'
import type { LocalDateTime } from '../../base/ports.ts'
import { setBit, TVR } from '../../emv/results.ts'
import type { ContactSession } from './contact-session.ts'

/** Application usage control, tag 9F07: bits that allow a use at home and abroad. Source: EMV Book 3, annex C2. */
const CASH = [0x80, 0x40] as const
const GOODS_OR_SERVICES = [0x20 | 0x08, 0x10 | 0x04] as const
const NOT_AN_ATM = 0x01
const CASHBACK = [0x80, 0x40] as const

/** Version, usage control, dates: each finding is a bit of the TVR. Source: EMV Book 3, 10.4. */
export function checkRestrictions(session: ContactSession): void {
  const { card, tvr, transaction, application } = session
  const version = card.get('9F08')
  if (version !== undefined && !equalBytes(version, application.parameters.version)) {
    setBit(tvr, TVR.versionsDiffer)
  }
  if (!isUsageAllowed(session)) setBit(tvr, TVR.serviceNotAllowed)
  const today = dayNumber(transaction.localTime)
  const effective = cardDay(card.get('5F25'))
  if (effective !== undefined && effective > today) setBit(tvr, TVR.notYetEffective)
  const expiry = cardDay(card.get('5F24'))
  if (expiry === undefined || expiry < today) setBit(tvr, TVR.expired)
}

function isUsageAllowed({ card, config, transaction }: ContactSession): boolean {
  const control = card.get('9F07')
  if (control === undefined) return true
  const [first = 0, second = 0] = control
  if ((first & NOT_AN_ATM) === 0) return false
  const issuerCountry = card.get('5F28')
  if (issuerCountry === undefined) return true
  const scope = toHex(issuerCountry) === config.country.padStart(4, '0') ? 0 : 1
  switch (transaction.transactionType) {
    case '01':
      return (first & CASH[scope]) !== 0
    case '00':
    case '03':
      return (first & GOODS_OR_SERVICES[scope]) !== 0
    case '09':
      return (first & GOODS_OR_SERVICES[scope]) !== 0 && (second & CASHBACK[scope]) !== 0
    default:
      // Refunds, enquiries and the like: usage control says nothing of them.
      return true
  }
}

/** YYYYMMDD of YYMMDD; years 50 to 99 are 1950 to 1999. Undefined when it is no such date. Source: EMV Book 4, 6.7.3. */
function cardDay(value: Uint8Array | undefined): number | undefined {
  const text = value === undefined ? '' : toHex(value)
  if (!/^\d{6}$/.test(text)) return undefined
  const short = Number(text)
  return short + (short >= 500_000 ? 19_000_000 : 20_000_000)
}

function dayNumber({ year, month, day }: LocalDateTime): number {
  return year * 10_000 + month * 100 + day
}
