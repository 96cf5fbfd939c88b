import { rateAt } from '../../iso8583/subfields/rate-table.ts'
import { ratesLoaded } from './currency-choice.ts'
import { download } from './download.ts'
import { type Flow, now } from './effect.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'

/** Before the first transaction: without any rates nobody could be asked. Whatever comes of it, the transaction goes on. */
export function* loadFirstRates(context: TerminalContext): Flow<void> {
  const isFirst = activeProfile(context).conversionOffers && context.state.downloads?.rates === undefined
  if (isFirst && context.state.signedIn) yield* download(context, 'rates')
}

/** After a transaction: rates whose time is over are loaded again, for the next customer. */
export function* renewRates(context: TerminalContext): Flow<void> {
  const table = ratesLoaded(context)
  if (table === undefined || table.rates.length === 0 || !context.state.signedIn) return
  const { localTime } = yield* now()
  const isAnyInForce = table.rates.some(({ currency }) => rateAt(table, currency, localTime) !== undefined)
  if (!isAnyInForce) yield* download(context, 'rates')
}
