import { convertAmount, convertBack } from '../../base/conversion.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { CONVERSION_TAG, formatConversion } from '../../iso8583/subfields/currency-conversion.ts'
import type { Field59Item } from '../../iso8583/subfields/field-59.ts'
import { rateAt } from '../../iso8583/subfields/rate-table.ts'
import type { HostRequest } from './host-request.ts'
import type { Operation, Verdict } from './operation.ts'
import type { KnownRates } from './rate-port.ts'
import type { Conversion, TransactionKind, TransactionRow } from './records.ts'
import { type Refusal, refuse } from './refusal.ts'

/** A rate that was replaced is still good for whoever was offered it just before. */
export const REPLACED_RATE_GRACE_MS = 15 * 60_000

/** Whether the merchant takes the currency of the request: its own, or one of the further ones in its record. */
export function acceptanceRefusal({ request, work, terminal }: Operation): Refusal | undefined {
  const merchant = work.merchant(terminal.mid)
  const { currency } = request
  if (currency === '' || merchant === undefined || currency === merchant.currency) return undefined
  return merchant.currencies?.includes(currency) === true
    ? undefined
    : refuse('A1', `the merchant does not take currency ${currencyText(currency)}`, 49)
}

/** Field 49 is from outside. */
function currencyText(currency: string): string {
  return /^[0-9A-Z]{3}$/.test(currency) ? currency : 'of field 49'
}

/**
 * What `amountMinor` of the transaction's currency comes to on the account: undefined where both are the same. A conversion
 * that the cardholder took must be the one that this host gave, in force, and exact; where nobody was asked, the issuer
 * converts by the newest table, without a markup.
 */
export function convert(operation: Operation, amountMinor: number): Result<Conversion | undefined, Refusal> {
  const { request, account, currency } = operation
  if (request.conversion !== undefined) return convertAsOffered(operation, amountMinor)
  if (account === undefined || account.currency === currency) return ok(undefined)
  const table = operation.context.rates?.current()
  const isInverse = table?.base === account.currency
  const other = isInverse ? currency : account.currency
  const rate =
    table !== undefined && (isInverse || table.base === currency)
      ? rateAt(table, other, request.inbound.receivedAt.localTime)
      : undefined
  if (table === undefined || rate === undefined)
    return err(refuse('A1', "the currency is not the account's, and this host has no rate between them", 49))
  const terms: Conversion = {
    by: 'issuer',
    currency: account.currency,
    amountMinor: 0,
    rate: rate.rate,
    markupBasisPoints: 0,
    version: table.version,
    ...(isInverse ? { isInverse } : {}),
  }
  return convertedBy(terms, currency, amountMinor)
}

function convertAsOffered(operation: Operation, amountMinor: number): Result<Conversion, Refusal> {
  const { request, account, currency, context } = operation
  const { conversion: offer } = request
  if (offer === undefined || context.rates === undefined)
    return err(refuse('40', 'this host converts no currencies', 59))
  const known = context.rates.ofVersion(offer.version)
  const refusal = known === undefined ? NEVER_GIVEN : rateRefusal(request, known, currency)
  if (refusal !== undefined) return err(refusal)
  if (account !== undefined && account.currency !== offer.currency)
    return err(refuse('A1', 'the card is not billed in the currency that was offered', 59))
  const { rate, markupBasisPoints, version } = offer
  const terms: Conversion = {
    by: 'cardholder',
    currency: offer.currency,
    amountMinor: 0,
    rate,
    markupBasisPoints,
    version,
  }
  const converted = convertedBy(terms, currency, amountMinor)
  if (!converted.ok || converted.value.amountMinor === offer.amountMinor) return converted
  return err(refuse('64', "the cardholder's amount is not what the rate makes of field 4", 59))
}

const NEVER_GIVEN = refuse('A1', 'this host never gave rates of that version: load them again', 59)

function rateRefusal(
  { conversion: offer, inbound }: HostRequest,
  { table, replacedAtMs }: KnownRates,
  currency: string,
): Refusal | undefined {
  const { ms, localTime } = inbound.receivedAt
  if (replacedAtMs !== undefined && ms > replacedAtMs + REPLACED_RATE_GRACE_MS)
    return refuse('A1', 'the rate was replaced by a newer version: load the rates again', 59)
  const rate = offer === undefined ? undefined : rateAt(table, offer.currency, localTime)
  if (rate === undefined) return refuse('A1', 'the rate is not in force now: load the rates again', 59)
  if (rate.rate !== offer?.rate || rate.markupBasisPoints !== offer.markupBasisPoints)
    return refuse('A1', 'the rate or its markup is not the one of its version', 59)
  return table.base === currency
    ? undefined
    : refuse('A1', 'the rates are not of the currency of field 49', 49)
}

/** `terms` with what they make of `amountMinor` of `currency`. */
function convertedBy(terms: Conversion, currency: string, amountMinor: number): Result<Conversion, Refusal> {
  const converted = billed(terms, currency, amountMinor)
  if (converted === undefined)
    return err(refuse('61', "the amount is too large in the cardholder's currency", 4))
  if (converted === 0) return err(refuse('13', "the amount is nothing in the cardholder's currency", 4))
  return ok({ ...terms, amountMinor: converted })
}

function billed(terms: Conversion, currency: string, amountMinor: number): number | undefined {
  const { rate, markupBasisPoints } = terms
  return terms.isInverse === true
    ? convertBack(amountMinor, { from: terms.currency, to: currency, rate })
    : convertAmount(amountMinor, { from: currency, to: terms.currency, rate, markupBasisPoints })
}

/** The amount of `row` in the currency of the account. */
export function billedMinor({ conversion, approvedMinor }: TransactionRow): number {
  return conversion?.amountMinor ?? approvedMinor
}

/**
 * The conversion that the new record keeps. What takes back a transaction goes by its rate, whatever the rates are now: a
 * void gives back the whole, and refunds each their part, so that all of them together give back exactly what was paid.
 */
export function conversionOf(
  { original, conversion, currency }: Operation,
  kind: TransactionKind,
  verdict: Verdict,
): Conversion | undefined {
  const terms = original?.conversion
  if (terms === undefined || original === undefined) return partlyApproved(conversion, currency, verdict)
  if (kind !== 'refund' || !verdict.approved) return terms
  const until = (amountMinor: number): number =>
    amountMinor === original.approvedMinor
      ? terms.amountMinor
      : (billed(terms, original.currency, amountMinor) ?? terms.amountMinor)
  const from = original.refundedMinor
  return { ...terms, amountMinor: until(from + verdict.approvedMinor) - until(from) }
}

function partlyApproved(
  conversion: Conversion | undefined,
  currency: string,
  verdict: Verdict,
): Conversion | undefined {
  if (conversion === undefined || !verdict.approved || verdict.responseCode !== '10') return conversion
  return { ...conversion, amountMinor: billed(conversion, currency, verdict.approvedMinor) ?? 0 }
}

/** Why a void or reversal does not go with its original: it says another amount of the cardholder. */
export function conversionDiffers(
  { conversion: said }: HostRequest,
  { conversion }: TransactionRow,
): Refusal | undefined {
  const isSame =
    said === undefined ||
    (conversion?.by === 'cardholder' &&
      said.currency === conversion.currency &&
      said.amountMinor === conversion.amountMinor)
  return isSame ? undefined : refuse('64', "the cardholder's amount differs from the original", 59)
}

/** Field 59 of an answer: what the cardholder is charged, or given back, where that was the cardholder's choice. */
export function conversionReply(conversion: Conversion | undefined): readonly Field59Item[] {
  if (conversion?.by !== 'cardholder') return []
  return [{ tag: CONVERSION_TAG, value: formatConversion(conversion) }]
}
