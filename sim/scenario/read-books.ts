import { parseAmount } from '../../src/base/money.ts'
import { err, ok, type Result } from '../../src/base/result.ts'
import { CARD_NAMES, type CardName, cardCurrency } from './card-names.ts'
import { type ExpectedBooks, PHONE, type ScenarioFault } from './scenario.ts'
import type { ScenarioFile } from './scenario-file.ts'

const CURRENCY = '156'

/** Reads what the host's books must hold after the day. */
export function readBooks(
  books: ScenarioFile['books'],
): Result<ExpectedBooks | undefined, readonly ScenarioFault[]> {
  if (books === undefined) return ok(undefined)
  const faults: ScenarioFault[] = []
  const amount = (text: string, currency: string, ...path: string[]): number => {
    const minor = signedAmount(text, currency)
    if (minor === undefined)
      faults.push({
        path: ['books', ...path],
        message: `"${text}": expected an amount like 12.34, -12.34 or 0`,
      })
    return minor ?? 0
  }
  const accounts = Object.entries(books.accounts ?? {}).map(
    ([name, change]): [CardName | typeof PHONE, number] => {
      const known = name === PHONE ? PHONE : CARD_NAMES.find((each) => each === name)
      if (known === undefined)
        faults.push({
          path: ['books', 'accounts', name],
          message: `no card is called so; known are ${CARD_NAMES.join(', ')}, and ${PHONE}`,
        })
      const currency = known === undefined || known === PHONE ? CURRENCY : cardCurrency(known)
      return [known ?? 'chip', amount(change, currency, 'accounts', name)]
    },
  )
  const merchantMinor =
    books.merchant === undefined ? undefined : amount(books.merchant, CURRENCY, 'merchant')
  if (faults.length > 0) return err(faults)
  return ok({
    transactions: books.transactions,
    accounts: books.accounts === undefined ? undefined : new Map(accounts),
    merchantMinor,
  })
}

/** Minor units; the text may have a sign, and may be zero. */
function signedAmount(text: string, currency: string): number | undefined {
  if (Number(text) === 0 && text.trim() !== '') return 0
  const minor = parseAmount(text.replace(/^[-+]/, ''), currency)
  return minor === undefined ? undefined : text.startsWith('-') ? -minor : minor
}
