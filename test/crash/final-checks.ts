import { join } from 'node:path'
import { checkFinalBooks } from '../../sim/check/final-books.ts'
import type { Finding } from '../../sim/check/finding.ts'
import { PaperCheck } from '../../sim/check/paper-check.ts'
import { Secrets } from '../../sim/check/secrets.ts'
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
  const papers = new Map(tills.map((till) => [till, new PaperCheck(till.site.tid)]))
  for (const [till, paper] of papers) checkTill(till, paper, input)
  checkBooks(papers, input)
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
function checkBooks(papers: ReadonlyMap<Till, PaperCheck>, { site, followers, log }: FinalChecksInput): void {
  const terminals = [...papers].flatMap(([till, paper]) => {
    const books = followers.get(till)?.books
    return books === undefined ? [] : [{ tid: till.site.tid, books, paper, givesUp: false }]
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

function checkTill(till: Till, paper: PaperCheck, { site, followers, log }: FinalChecksInput): void {
  const follower = followers.get(till)
  if (follower === undefined) return
  const { tid, terminalDirectory } = till.site
  log.checked(1, follower.follow())
  log.checked(till.told.length, follower.checkTold(till.told))
  log.checked(till.shown.length, follower.checkShown(till.shown))
  const pans = new Secrets(site.tills.flatMap(({ cards }) => cards.map(({ pan }) => pan)))
  const findings = till.paper.flatMap((lines) => paper.printed(lines, follower.books, pans))
  log.checked(till.paper.length, [...findings, ...paper.finish(follower.books, false)])
  const duty = openDuty(follower.books.state)
  log.checked(1, duty === undefined ? [] : [{ check: 'something stays owed', detail: `${tid}: ${duty}` }])
  log.checked(1, checkReopening(tid, terminalDirectory, follower))
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
