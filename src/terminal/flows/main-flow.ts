import { unreachable } from '../../base/invariant.ts'
import { refuseOtherCurrency } from './batch-currency.ts'
import type { CardSlot } from './card-in-hand.ts'
import { payByCode, refundByVoucher } from './code-payment.ts'
import { commission, loadMasterKey } from './commission.ts'
import { download } from './download.ts'
import type { Flow } from './effect.ts'
import { loadKeyPackage, loadMasterKeyComponents, requestKey } from './key-loading.ts'
import { loadPackage } from './load-package.ts'
import { echo, signOff } from './management.ts'
import { addOperator, changePassword, logOff, logOn, removeOperator, requireSupervisor } from './operators.ts'
import { startPackages } from './package-trial.ts'
import { decidePartialApproval } from './partial-approval.ts'
import { deliverReversal } from './pending-duties.ts'
import { followUpPreAuthorisation } from './pre-authorisation.ts'
import { checkReadiness, prepareTransaction, settleDuties } from './prepare-online.ts'
import { printOwed } from './print-owed.ts'
import { loadFirstRates } from './refresh-rates.ts'
import { refund } from './refund.ts'
import { listTransactions, report, reportDevices, reprint } from './reports.ts'
import { cardTransaction } from './sale.ts'
import { settle } from './settlement.ts'
import { signIn } from './sign-in.ts'
import { deliverSignatures, takeSignature } from './signature.ts'
import { recover } from './start-up.ts'
import { uploadStatus } from './status-upload.ts'
import { refuse } from './step.ts'
import type {
  CommandOutcome,
  KeyLoadingCommand,
  TerminalCommand,
  TransactionCommand,
} from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import { adjustTip } from './tip-adjustment.ts'
import { endTransaction } from './transaction-end.ts'
import { TRANSACTION_KINDS } from './transaction-kind.ts'
import type { TransactionType } from './transaction-type.ts'
import { findTransaction, voidTransaction } from './void.ts'

/** Does one command from its first question to its durable outcome. One command at a time. */
export function* performCommand(context: TerminalContext, command: TerminalCommand): Flow<CommandOutcome> {
  switch (command.kind) {
    case 'codeSale':
    case 'codeOrder':
    case 'codeQuery':
    case 'sale':
    case 'void':
    case 'tipAdjustment':
    case 'refund':
    case 'balance':
    case 'preAuthorisation':
    case 'preAuthorisationCancel':
    case 'completion':
    case 'completionAdvice':
    case 'completionVoid':
      return yield* transact(context, command)
    case 'commission':
      return yield* commission(context, command)
    case 'loadMasterKey':
      return yield* loadMasterKey(context, command.keyBlock)
    case 'requestKey':
      return yield* requestKey(command.context)
    case 'loadKeyPackage':
      return yield* loadKeyPackage(context, command.keyPackage)
    case 'loadMasterKeyComponents':
      return yield* loadMasterKeyComponents(context, command.checkValue)
    default:
      return yield* performManagement(context, command)
  }
}

/** At each start: ends what a power cut left open. */
export function* startUp(context: TerminalContext): Flow<void> {
  yield* startPackages(context)
  yield* recover(context)
}

type ManagementCommand = Exclude<
  TerminalCommand,
  TransactionCommand | KeyLoadingCommand | { kind: 'commission' } | { kind: 'loadMasterKey' }
>

function* performManagement(context: TerminalContext, command: ManagementCommand): Flow<CommandOutcome> {
  if (!context.state.commissioned && command.kind !== 'deviceReport') {
    return yield* refuse('notCommissioned')
  }
  switch (command.kind) {
    case 'logOn':
      return yield* logOn(context, command.operator)
    case 'logOff':
      return yield* logOff(context)
    case 'authorise':
      return (yield* requireSupervisor(context)) ?? { kind: 'done' }
    case 'addOperator':
      return yield* addOperator(context, command)
    case 'removeOperator':
      return yield* removeOperator(context, command.number)
    case 'changePassword':
      return yield* changePassword(context)
    case 'signIn':
      return yield* signInByCommand(context)
    case 'signOff':
      return yield* signOffByCommand(context)
    case 'echo':
      return yield* echo(context)
    case 'settle':
      return yield* settleByCommand(context)
    case 'sendPending':
      return (yield* settleDuties(context)) ?? { kind: 'done' }
    case 'printOwed': {
      const result = yield* printOwed(context, { again: true })
      return result === 'printed' ? { kind: 'done' } : { kind: 'failed', reason: 'notPrinted' }
    }
    case 'reprint':
      return yield* reprint(context, command)
    case 'report':
      return yield* report(context, command.detail ?? 'totals')
    case 'transactions':
      return yield* listTransactions(context)
    case 'deviceReport':
      return yield* reportDevices(context)
    case 'download':
      return yield* download(context, command.set)
    case 'uploadStatus':
      return yield* uploadStatus(context)
    case 'loadPackage':
      return yield* loadPackage(context)
    default:
      return unreachable(command)
  }
}

/** A reversal that is owed goes first while the old keys are good; after new keys it is tried again. */
function* signInByCommand(context: TerminalContext): Flow<CommandOutcome> {
  const barred = yield* checkReadiness(context)
  if (barred !== undefined) return barred
  if (context.state.signedIn) yield* deliverReversal(context, true)
  const outcome = yield* signIn(context)
  if (outcome.kind === 'done') yield* deliverReversal(context, true)
  if (context.state.packages?.isReportDue === true) yield* uploadStatus(context)
  return outcome
}

/** What is owed needs the working keys, so it goes before they are given up. */
function* signOffByCommand(context: TerminalContext): Flow<CommandOutcome> {
  const barred = yield* checkReadiness(context)
  if (barred !== undefined) return barred
  // What is left of a settlement needs the session that it began in.
  if (context.state.settlement !== undefined) return yield* refuse('settlementUnfinished')
  const owed = context.state.reversal !== undefined || context.state.notices.length > 0
  const owing = owed ? yield* settleDuties(context) : undefined
  return owing ?? (yield* signOff(context))
}

function* settleByCommand(context: TerminalContext): Flow<CommandOutcome> {
  const { settlement, undecidedPartial } = context.state
  if (settlement === undefined && undecidedPartial !== undefined) {
    // It may end in a void: a request, which must wait for the reversal that is owed.
    const unready = (yield* checkReadiness(context)) ?? (yield* settleDuties(context))
    if (unready !== undefined) return unready
    const decided = yield* decidePartialApproval(context, { powered: false })
    // With the batch the question would end, and the cardholder would pay what was refused.
    if (decided !== undefined && decided.kind !== 'approved') return decided
  }
  return yield* settle(context)
}

/** What can be in the terminal's own currency only; sale and refund know theirs later, a void has its original's. */
const IN_OWN_CURRENCY: ReadonlySet<TransactionCommand['kind']> = new Set([
  'codeSale',
  'codeOrder',
  'completion',
  'completionAdvice',
])

/** What all money transactions have in common: readiness, rights, the transaction, slips and card. */
function* transact(context: TerminalContext, command: TransactionCommand): Flow<CommandOutcome> {
  const type = typeOf(context, command)
  const owedBefore = context.state.owedReceipts.map((each) => each.id)
  const slot: CardSlot = { powered: false }
  const barred =
    (yield* prepareTransaction(context, type)) ??
    (IN_OWN_CURRENCY.has(command.kind) ? yield* refuseOtherCurrency(context, type) : undefined)
  if (barred !== undefined) return barred
  if (type === 'sale') yield* loadFirstRates(context)
  const undecided = context.state.undecidedPartial !== undefined
  if (undecided) {
    const decided = yield* decidePartialApproval(context, slot)
    if (decided !== undefined && decided.kind !== 'approved') return decided
  }
  const supervisor = TRANSACTION_KINDS[type].supervisor && activeProfile(context).supervisorRequired
  const notAllowed = supervisor ? yield* requireSupervisor(context) : undefined
  if (notAllowed !== undefined) return notAllowed
  const outcome = yield* perform(context, command, slot)
  const voided = outcome.kind === 'approved' ? yield* decidePartialApproval(context, slot) : undefined
  if (voided === undefined && outcome.kind === 'approved')
    yield* takeSignature(context, outcome.transaction.stan)
  yield* endTransaction(context, slot, owedBefore)
  yield* deliverSignatures(context)
  return voided ?? outcome
}

function typeOf(context: TerminalContext, command: TransactionCommand): TransactionType {
  if (command.kind === 'codeSale' || command.kind === 'codeOrder' || command.kind === 'codeQuery')
    return 'sale'
  if (command.kind !== 'void') return command.kind
  const original = command.stan === undefined ? undefined : findTransaction(context, command.stan)
  return original?.request.type === 'completion' ? 'completionVoid' : 'saleVoid'
}

function* perform(
  context: TerminalContext,
  command: TransactionCommand,
  slot: CardSlot,
): Flow<CommandOutcome> {
  switch (command.kind) {
    case 'sale':
    case 'preAuthorisation':
    case 'balance':
      return yield* cardTransaction(context, command, slot)
    case 'codeSale':
    case 'codeOrder':
    case 'codeQuery':
      return yield* payByCode(context, command)
    case 'tipAdjustment':
      return yield* adjustTip(context, command)
    case 'refund':
      return command.voucher === undefined
        ? yield* refund(context, command, slot)
        : yield* refundByVoucher(context, command.voucher, command.amountMinor)
    case 'void':
    case 'completionVoid': {
      const type = typeOf(context, command) === 'completionVoid' ? 'completionVoid' : 'saleVoid'
      return yield* voidTransaction(context, type, command.stan, slot)
    }
    case 'preAuthorisationCancel':
    case 'completion':
    case 'completionAdvice':
      return yield* followUpPreAuthorisation(context, command, slot)
    default:
      return unreachable(command)
  }
}
