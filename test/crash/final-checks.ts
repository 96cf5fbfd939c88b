import { join } from 'node:path'
import { checkFinalBooks } from '../../sim/check/final-books.ts'
import type { Finding } from '../../sim/check/finding.ts'
import { checkPaper } from '../../sim/check/paper-check.ts'
import { readSlips } from '../../sim/check/slip.ts'
import { openHostRecords } from '../../src/host/service/open-host.ts'
import { JournalFailure } from '../../src/terminal/adapters/journal-failure.ts'
import { openSqliteJournal } from '../../src/terminal/adapters/sqlite-journal.ts'
import type { TerminalState } from '../../src/terminal/flows/terminal-state.ts'
import type { Secret } from '../e2e/card-data.ts'
import type { CrashSite } from './crash-site.ts'
import { checkDatabases, checkHostKnows, checkSecrets, type JournalFollower } from './disk-checks.ts'
import type { RunLog } from './run-log.ts'
import type { Till } from './till.ts'

/** What still waits for something in a terminal; undefined when nothing does. */
export function openDuty(state: TerminalState): 'send' | 'settle' | 'print' | undefined {
  const { inFlight, reversal, notices, scriptResults, transactions, settlement, owedReceipts } = state
  if (inFlight !== undefined || reversal !== undefined) return 'send'
  if (notices.length > 0 || scriptResults.length > 0) return 'send'
  if (transactions.length > 0 || settlement !== undefined || state.undecidedPartial !== undefined)
    return 'settle'
  return owedReceipts.length > 0 ? 'print' : undefined
}

export interface FinalChecksInput {
  readonly site: CrashSite
  readonly tills: readonly Till[]
  readonly followers: ReadonlyMap<Till, JournalFollower>
  readonly secrets: readonly Secret[]
  readonly log: RunLog
}

/** After the quiet time, with all programs ended: the checkers of the simulated world, on real files. */
export function checkEnd(input: FinalChecksInput): void {
  const { site, tills, log, secrets } = input
  for (const till of tills) checkTill(till, input)
  checkBooks(input)
  const told = tills.flatMap((till) => till.told.map((each) => ({ ...each, tid: till.site.tid })))
  log.checked(told.length, checkHostKnows(site.hostDirectory, told))
  const databases = checkDatabases(site.directory)
  log.checked(databases.count, databases.findings)
  const files = checkSecrets(site.directory, secrets, (path) => path.startsWith('cards/'))
  log.checked(files.count, files.findings)
  // A search that finds nothing where the cards are would find nothing anywhere.
  const cards = checkSecrets(join(site.directory, 'cards'), secrets)
  if (cards.findings.length < cards.count) log.find('the search for card data is blind', 'the card images')
}

/** Journal, host records, ledger, accounts, settlements. */
function checkBooks({ site, tills, followers, log }: FinalChecksInput): void {
  const terminals = tills.flatMap((till) => {
    const books = followers.get(till)?.books
    return books === undefined ? [] : [{ tid: till.site.tid, books, givesUp: false }]
  })
  const records = openHostRecords(site.hostDirectory)
  try {
    const final = checkFinalBooks(terminals, records.store, site.openingBalances)
    const count = terminals.reduce((sum, { books }) => sum + books.transactions().length, 0)
    log.checked(count + site.openingBalances.size, final.findings)
    if (final.unexplained > 0) log.find('a reversal was given up', `${final.unexplained} transactions`)
  } finally {
    records.close()
  }
}

function checkTill(till: Till, { followers, log }: FinalChecksInput): void {
  const follower = followers.get(till)
  if (follower === undefined) return
  const { tid, terminalDirectory } = till.site
  log.checked(1, follower.follow())
  log.checked(till.told.length, follower.checkTold(till.told))
  log.checked(till.shown.length, follower.checkShown(till.shown))
  log.checked(till.paper.length, checkPaper(tid, follower.books, till.paper))
  log.checked(1, missingSlips(tid, till, follower))
  const duty = openDuty(follower.books.state)
  log.checked(1, duty === undefined ? [] : [{ check: 'something stays owed', detail: `${tid}: ${duty}` }])
  log.checked(1, checkReopening(tid, terminalDirectory, follower))
}

/** Nobody gave a slip up: each approval has at least one whole slip. */
function missingSlips(tid: string, till: Till, follower: JournalFollower): readonly Finding[] {
  const printed = new Set(
    till.paper.flatMap((lines) =>
      readSlips(lines).flatMap(({ isWhole, batch, stan }) => (isWhole ? [`${batch}/${stan}`] : [])),
    ),
  )
  return follower.books.transactions().flatMap(({ request: { batch, stan, type }, status }) => {
    const isApproved = status === 'approved' || status === 'voided'
    if (!isApproved || printed.has(`${batch}/${stan}`)) return []
    return [{ check: 'a slip is missing', detail: `${tid} ${batch}/${stan} ${type}` }]
  })
}

/** The product itself finds its journal whole, and reads the same state from it. */
function checkReopening(tid: string, directory: string, follower: JournalFollower): readonly Finding[] {
  try {
    const journal = openSqliteJournal({ directory })
    const isSame = JSON.stringify(journal.openingState) === JSON.stringify(follower.books.state)
    journal.close()
    return isSame ? [] : [{ check: 'journal differs', detail: `${tid}: what it reads is not what it wrote` }]
  } catch (error) {
    if (!(error instanceof JournalFailure)) throw error
    return [{ check: 'journal damaged', detail: `${tid}: ${error.message}` }]
  }
}
