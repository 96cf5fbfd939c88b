import { invariant } from '../../src/base/invariant.ts'
import { DEFAULT_MERCHANT } from '../../src/host/estate/default-estate.ts'
import { type HostRecords, openHostRecords } from '../../src/host/service/open-host.ts'
import { type CardCase, cardCase } from '../scenario/card-names.ts'
import {
  otherAccounts,
  ownAccounts,
  personaliseSimCard,
  type SimCard,
  terminalId,
} from '../world/sim-estate.ts'

/** Makes the records of a real host for scenarios: terminal, accounts, and the cards for them. */
export function makeHostRecords(directory: string): CardCase {
  const records = openHostRecords(directory)
  try {
    records.estate.addTerminal(terminalId(0), DEFAULT_MERCHANT.mid)
    const own = ownAccounts(0)
    for (const { account } of own) records.estate.addAccount(account)
    const ownCards = own.map((each) => makeCard(records, each))
    const others = otherAccounts().map((each) => makeCard(records, each))
    return cardCase(ownCards, others)
  } finally {
    records.close()
  }
}

function makeCard(
  { estate, personalisation }: HostRecords,
  { account, chip }: ReturnType<typeof ownAccounts>[number],
): SimCard {
  const issuer = estate.issuerOf(account.pan)
  invariant(issuer !== undefined, 'a card without issuer')
  return personaliseSimCard(account, chip, issuer, personalisation.issuerKeys(issuer))
}
