import { convertAmount, markupText, rateWithMarkup } from '../../base/conversion.ts'
import { currencyCode } from '../../base/money.ts'
import type { CurrencyRate, RateTable } from '../../iso8583/subfields/rate-table.ts'
import { billingCurrency, parseRateEntries, rateAt } from '../../iso8583/subfields/rate-table.ts'
import type { CardPurpose } from './card-in-hand.ts'
import { ask, type Flow, now } from './effect.ts'
import type { Question } from './screen.ts'
import { amountText, showMessage } from './show.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { ConversionChoice } from './terminal-model.ts'

/** Read once for each download: every card asks for them. */
const tables = new WeakMap<readonly string[], RateTable>()

/** The rates that were loaded, whether their time is over or not; undefined without any of this terminal's currency. */
export function ratesLoaded(context: TerminalContext): RateTable | undefined {
  const { conversionOffers, currency } = activeProfile(context)
  const entries = context.state.downloads?.rates
  if (!conversionOffers || entries === undefined) return undefined
  const table = tables.get(entries) ?? parseRateEntries(entries)
  if (table !== undefined) tables.set(entries, table)
  return table?.base === currency ? table : undefined
}

/** Whether a cardholder may be asked at all: of a sale in the terminal's own currency. */
export function offersConversion(context: TerminalContext, { type, currency }: CardPurpose): boolean {
  const profile = activeProfile(context)
  return profile.conversionOffers && type === 'sale' && (currency ?? profile.currency) === profile.currency
}

/** What a chip tells of the money of its account: tags 9F42 and 5F28, three digits each. Source: EMV Book 3, annex A. */
export interface CardMoney {
  /** ISO 4217. */
  readonly applicationCurrency?: string | undefined
  /** ISO 3166. */
  readonly issuerCountry?: string | undefined
}

/** `chosen` without a conversion: the terminal's own currency, or nothing was to be asked. */
export type CurrencyChoice =
  | { readonly kind: 'chosen'; readonly conversion?: ConversionChoice }
  | { readonly kind: 'cancelled' }

/**
 * Asks the cardholder of a sale of `amountMinor` which currency to pay in, where there is a choice: a card that is billed in
 * another currency, and a rate for it that is in force. Both amounts, rate, markup and source are shown, no answer is set
 * beforehand, and none is no choice: the sale ends.
 */
export function* chooseCurrency(
  context: TerminalContext,
  card: { readonly pan: string } & CardMoney,
  amountMinor: number,
): Flow<CurrencyChoice> {
  const offer = yield* offerFor(context, card, amountMinor)
  if (offer === undefined) return { kind: 'chosen' }
  const { currency, operatorTimeoutMs } = activeProfile(context)
  const answer = yield* ask(questionOf(offer, amountMinor, currency), operatorTimeoutMs)
  if (answer.kind === 'chosen' && answer.id === 'home') return { kind: 'chosen', conversion: offer }
  return answer.kind === 'chosen' ? { kind: 'chosen' } : { kind: 'cancelled' }
}

function questionOf(offer: ConversionChoice, amountMinor: number, local: string): Question {
  const home = amountText(offer.amountMinor, offer.currency)
  return {
    kind: 'choose',
    isNeutral: true,
    screen: {
      id: 'chooseCurrency',
      values: {
        base: currencyCode(local),
        rate: rateWithMarkup(offer),
        currency: currencyCode(offer.currency),
        markup: markupText(offer.markupBasisPoints),
        source: offer.source,
      },
    },
    options: [
      { id: 'local', screen: { id: 'payInCurrency', values: { amount: amountText(amountMinor, local) } } },
      { id: 'home', screen: { id: 'payInCurrency', values: { amount: home } } },
    ],
  }
}

function* offerFor(
  context: TerminalContext,
  card: { readonly pan: string } & CardMoney,
  amountMinor: number,
): Flow<ConversionChoice | undefined> {
  const table = ratesLoaded(context)
  if (table === undefined) return undefined
  const { currency: local, country } = activeProfile(context)
  const billed = billedIn(table, card, { local, country })
  if (billed === undefined) return undefined
  const { localTime } = yield* now()
  const rate = rateAt(table, billed, localTime)
  if (rate === undefined) {
    // The customer pays in the merchant's currency; the operator may wonder why nobody was asked.
    yield* showMessage('noRateInForce', { currency: currencyCode(billed) })
    return undefined
  }
  return offerAt(table, rate, amountMinor)
}

function offerAt(table: RateTable, rate: CurrencyRate, amountMinor: number): ConversionChoice | undefined {
  const { version, base, source } = table
  const { currency, rate: value, markupBasisPoints } = rate
  const converted = convertAmount(amountMinor, { from: base, to: currency, rate: value, markupBasisPoints })
  if (converted === undefined || converted === 0) return undefined
  return { currency, version, markupBasisPoints, amountMinor: converted, rate: value, source }
}

/**
 * The other currency that the card is billed in; undefined for a card of here, and where nobody can be sure. The table decides
 * by the card's first digits, and tag 9F42 where it has none; where the two say different things, nothing is offered.
 */
function billedIn(
  table: RateTable,
  { pan, applicationCurrency, issuerCountry }: { readonly pan: string } & CardMoney,
  { local, country }: { readonly local: string; readonly country: string },
): string | undefined {
  const billed = billingCurrency(table, pan) ?? applicationCurrency
  if (billed === undefined || billed === local) return undefined
  const isOther = applicationCurrency !== undefined && applicationCurrency !== billed
  const isOfBankHere = applicationCurrency === undefined && issuerCountry === country
  return isOther || isOfBankHere ? undefined : billed
}
