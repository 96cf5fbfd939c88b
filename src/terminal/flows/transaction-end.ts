import type { CardSlot } from './card-in-hand.ts'
import { download } from './download.ts'
import type { DownloadSet } from './download-model.ts'
import { append, awaitCardRemoval, type Flow, releaseCard } from './effect.ts'
import { loadPackage } from './load-package.ts'
import { printOwed } from './print-owed.ts'
import { renewRates } from './refresh-rates.ts'
import { showMessage } from './show.ts'
import { signIn } from './sign-in.ts'
import { tellSupplies, uploadStatus } from './status-upload.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { ProcessingRequest } from './terminal-model.ts'

const REMOVAL_PROMPTS_MAX = 3

/**
 * What follows a transaction, whatever came of it: slips, the card back to its holder, and what the host
 * asked for in the header. Nothing here can change the outcome. `owedBefore`: slips that were owed already.
 */
export function* endTransaction(
  context: TerminalContext,
  slot: CardSlot,
  owedBefore: readonly string[],
): Flow<void> {
  if (slot.powered) yield* giveCardBack(context)
  yield* printOwed(context, { skip: owedBefore })
  yield* actOnProcessingRequests(context)
  yield* tellSupplies(context)
  yield* renewRates(context)
}

function* giveCardBack(context: TerminalContext): Flow<void> {
  yield* releaseCard()
  for (let prompt = 0; prompt < REMOVAL_PROMPTS_MAX; prompt++) {
    yield* showMessage('removeCard')
    const answer = yield* awaitCardRemoval(activeProfile(context).cardTimeoutMs)
    if (answer.kind !== 'timeout') return
  }
}

/** Header digit 6. Source: docs of the UnionPay dialect, 1. */
function* actOnProcessingRequests(context: TerminalContext): Flow<void> {
  const { pendingTasks } = context.state
  if (pendingTasks.includes('3')) {
    yield* append({ kind: 'processingDone', request: '3' }, { kind: 'signInRequired', code: 'header' })
    if (activeProfile(context).autoSignIn) yield* signIn(context)
  }
  for (const task of pendingTasks) yield* actOnTask(context, task)
  if (context.state.packages?.isReportDue === true) yield* uploadStatus(context)
  const others = pendingTasks.filter((task) => task !== '3' && !isActedOn(context, task))
  if (others.length > 0) yield* showMessage('hostRequests', { tasks: others.join(' ') })
}

function isActedOn(context: TerminalContext, task: ProcessingRequest): boolean {
  if (task === SOFTWARE) return activeProfile(context).packageKeys.length > 0
  if (task === RATES) return activeProfile(context).conversionOffers
  return task in DOWNLOADS || task === STATUS_UPLOAD
}

const STATUS_UPLOAD = '2'
const SOFTWARE = '6'
const RATES = '8'
const DOWNLOADS: Readonly<Partial<Record<ProcessingRequest, DownloadSet>>> = {
  '1': 'parameters',
  '4': 'caKeys',
  '5': 'applications',
  '7': 'blacklist',
  '8': 'rates',
  '9': 'contactless',
}

/** A task that fails is asked for again by the host's next answer; what came of a download is kept for then. */
function* actOnTask(context: TerminalContext, task: ProcessingRequest): Flow<void> {
  if (!isActedOn(context, task)) return
  const set = DOWNLOADS[task]
  yield* append({ kind: 'processingDone', request: task })
  if (task === SOFTWARE) yield* loadPackage(context)
  else if (set === undefined) yield* uploadStatus(context)
  else yield* download(context, set)
}
