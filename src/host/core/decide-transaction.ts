import type { Result } from '../../base/result.ts'
import type { Field59Item } from '../../iso8583/subfields/field-59.ts'
import type { CardReading } from './card-reading.ts'
import { chipReply } from './chip-check.ts'
import { codeReply } from './code-check.ts'
import { acceptanceRefusal, conversionOf, conversionReply } from './conversion-check.ts'
import { accept, type Decision, deny } from './decision.ts'
import type { HostContext } from './host-context.ts'
import type { HostRequest } from './host-request.ts'
import type { Approval, Operation, Verdict } from './operation.ts'
import { approve } from './operation.ts'
import { balance, offlineSale, refund, sale, saleVoid } from './operations/payment.ts'
import {
  completion,
  completionAdvice,
  completionVoid,
  preAuthorisation,
  preAuthorisationAddition,
  preAuthorisationCancel,
} from './operations/pre-authorisation.ts'
import { tipAdjustment } from './operations/tip.ts'
import { post } from './posting.ts'
import type { Conversion, TerminalRow, TransactionKind, TransactionRow } from './records.ts'
import { type Refusal, refuse } from './refusal.ts'
import { isSuccess } from './response-code.ts'
import { behaviourOfAmount, isAffected } from './test-amounts.ts'
import type { TestBehaviour } from './test-behaviour.ts'
import type { WorkingSet } from './working-set.ts'

type DecidedKind = Exclude<TransactionKind, 'reversalAlone'>

const OPERATIONS: Readonly<Record<DecidedKind, (operation: Operation) => Verdict>> = {
  sale,
  saleVoid,
  refund,
  balance,
  offlineSale,
  tipAdjustment,
  preAuthorisation,
  preAuthorisationAddition,
  preAuthorisationCancel,
  completion,
  completionAdvice,
  completionVoid,
}

/** Kinds that stand without an account here: they happened, or their original knows the card. */
const NEEDS_NO_ACCOUNT: ReadonlySet<DecidedKind> = new Set([
  'offlineSale',
  'tipAdjustment',
  'saleVoid',
  'refund',
  'completionAdvice',
])

/** Kinds that refer to nothing which would know the card. */
const NEEDS_CARD: ReadonlySet<DecidedKind> = new Set([
  'sale',
  'balance',
  'offlineSale',
  'preAuthorisation',
  'preAuthorisationAddition',
])

/** Decides one transaction, records it whatever the answer, and posts its effects. */
export function decideTransaction(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
  reading: Result<CardReading | undefined, Refusal>,
  kind: DecidedKind,
): Decision {
  const stan = request.stan ?? 0
  const before = work.transactionByKey(terminal.tid, request.batchNumber ?? terminal.batchNumber, stan)
  if (before !== undefined) return answerDuplicate(context, work, request, terminal, before)

  const operation = gather(context, work, request, terminal, reading.ok ? reading.value : undefined)
  const behaviour = context.testBehaviour && isAffected(kind) ? behaviourOf(context, operation) : undefined
  if (behaviour?.kind === 'ignore' || behaviour?.kind === 'disconnect') {
    return {
      ...deny(terminal, operation.id, refuse('96', 'dropped on purpose, by amount, card or switch')),
      behaviour,
    }
  }
  const verdict = reading.ok
    ? force(
        behaviour,
        request,
        acceptanceRefusal(operation) ?? accountRefusal(operation, kind) ?? OPERATIONS[kind](operation),
      )
    : reading.error
  const row = record(operation, kind, verdict)
  return {
    content: {
      responseCode: verdict.responseCode,
      rrn: row.id,
      // The number of a wallet is nobody's but this host's.
      pan: operation.card?.code === undefined ? operation.card?.pan : undefined,
      expiry: operation.card?.expiry,
      issuer: operation.issuer,
      authorisationCode: row.authorisationCode,
      amountMinor: verdict.approved ? amountOfReply(kind, verdict) : request.amountMinor,
      balance: kind === 'balance' && verdict.approved ? balanceOf(operation) : undefined,
      chipData: chipReply(operation, verdict.responseCode, {
        wrongArpc: behaviour?.kind === 'wrongArpc',
        script: behaviour?.kind === 'sendScript',
      }),
      extended: extendedReply(operation, verdict, row),
      batchNumber: undefined,
      multiUse: undefined,
      settlementOf: undefined,
      settlementCode: undefined,
    },
    terminal,
    refusal: verdict.approved ? undefined : verdict,
    behaviour,
    panTruncated: row.panTruncated,
  }
}

const NO_ITEMS: readonly Field59Item[] = []

/** Field 59 of the answer; undefined without any item. */
function extendedReply(
  operation: Operation,
  verdict: Verdict,
  { conversion }: TransactionRow,
): readonly Field59Item[] | undefined {
  const ofCode = codeReply(operation, verdict)
  const ofConversion = verdict.approved ? conversionReply(conversion) : NO_ITEMS
  if (ofCode === undefined && ofConversion.length === 0) return undefined
  const items = [...(ofCode ?? NO_ITEMS), ...ofConversion]
  return items.length === 0 ? undefined : items
}

/**
 * A repeat that says so gets the first answer again, and so does a notice that was refused: its sender takes 94
 * for accepted. Anything else with numbers that were used is refused.
 */
function answerDuplicate(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
  before: TransactionRow,
): Decision {
  const { panTruncated, authorisationCode, responseCode, id, state } = before
  if (before.kind === 'reversalAlone') {
    const refusal = refuse('12', 'its reversal came before it: it stays undone', 11)
    return { ...deny(terminal, context.numbers.take(), refusal), panTruncated }
  }
  const issuerId = work.account(before.panLookup)?.issuerId
  const more = {
    authorisationCode,
    amountMinor: state === 'declined' ? before.requestedMinor : before.approvedMinor,
    issuer: issuerId === undefined ? undefined : work.issuer(issuerId),
    ...(before.conversion === undefined ? {} : { extended: conversionReply(before.conversion) }),
  }
  // An offline sale with its chip's certificate is a notice too, although it comes as a 0200.
  const isNotice = request.mti.charAt(2) === '2' || before.kind === 'offlineSale'
  if ((request.isRepeat && state !== 'reversed') || (isNotice && state === 'declined')) {
    return { ...accept(terminal, id, { ...more, responseCode }), panTruncated }
  }
  const refusal = refuse('94', 'this terminal, batch and STAN were used before', 11)
  return { ...deny(terminal, id, refusal, more), panTruncated }
}

function gather(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
  card: CardReading | undefined,
): Operation {
  const original = findOriginal(work, request, terminal)
  const lookup = card?.lookup ?? original?.panLookup
  const account = lookup === undefined ? undefined : work.account(lookup)
  const issuer =
    card !== undefined
      ? work.issuerOfPan(card.pan)
      : account === undefined
        ? undefined
        : work.issuer(account.issuerId)
  return {
    context,
    work,
    request,
    terminal,
    id: context.numbers.take(),
    card,
    issuer,
    account,
    original,
    currency:
      original?.currency ??
      (request.currency === '' ? (work.merchant(terminal.mid)?.currency ?? '') : request.currency),
    accountState: account?.state,
    conversion: undefined,
    chip: undefined,
  }
}

/** By batch and STAN of this terminal, else by retrieval reference number; the two must not contradict each other. */
function findOriginal(
  work: WorkingSet,
  { original }: HostRequest,
  terminal: TerminalRow,
): TransactionRow | undefined {
  const { stan, id } = original
  const batchNumber = original.batchNumber ?? terminal.batchNumber
  const byStan = stan === undefined ? undefined : work.transactionByKey(terminal.tid, batchNumber, stan)
  if (byStan !== undefined || id === undefined) return byStan
  const byNumber = work.transaction(id)
  return stan === undefined || byNumber?.stan === stan ? byNumber : undefined
}

function behaviourOf(
  { faults }: HostContext,
  { request, account, terminal }: Operation,
): TestBehaviour | undefined {
  return faults?.take(terminal.tid) ?? account?.testBehaviour ?? behaviourOfAmount(request.amountMinor)
}

function accountRefusal({ card, issuer, account }: Operation, kind: DecidedKind): Refusal | undefined {
  if (card === undefined) {
    return NEEDS_CARD.has(kind) ? refuse('30', 'no card number and no track', 2) : undefined
  }
  if (account !== undefined || NEEDS_NO_ACCOUNT.has(kind)) return undefined
  return issuer === undefined
    ? refuse('15', 'no issuer for this card number', 2)
    : refuse('14', 'no account for this card number', 2)
}

/** What the test behaviour makes of a verdict. */
function force(behaviour: TestBehaviour | undefined, request: HostRequest, verdict: Verdict): Verdict {
  if (behaviour?.kind === 'respond' && !isSuccess(behaviour.responseCode)) {
    return refuse(behaviour.responseCode, 'forced by amount, card or switch')
  }
  if (behaviour === undefined || !verdict.approved) return verdict
  if (behaviour.kind === 'respond') return { ...verdict, responseCode: behaviour.responseCode }
  if (behaviour.kind === 'approvePartially' && request.acceptsPartial && verdict.moneyMinor < 0) {
    const approvedMinor = Math.floor((verdict.approvedMinor * behaviour.percent) / 100)
    return { ...approve(approvedMinor, { moneyMinor: 0 - approvedMinor }), responseCode: '10' }
  }
  return verdict
}

function amountOfReply(kind: DecidedKind, verdict: Approval): number | undefined {
  return kind === 'balance' ? undefined : verdict.approvedMinor
}

function balanceOf({ account, accountState }: Operation) {
  return account === undefined || accountState === undefined
    ? undefined
    : { state: accountState, currency: account.currency }
}

/** Six digits, new for each approval of a million. */
function newAuthorisationCode(id: number): string {
  return String(id % 1_000_000).padStart(6, '0')
}

function record(operation: Operation, kind: DecidedKind, verdict: Verdict): TransactionRow {
  const { work, account, accountState } = operation
  const conversion = conversionOf(operation, kind, verdict)
  const row = withExtras(rowOf(operation, kind, verdict), operation, verdict, conversion)
  work.addTransaction(row)
  if (!verdict.approved) {
    if (account !== undefined && accountState !== undefined && accountState !== account.state) {
      work.putAccountState(account.pan.lookup, accountState)
    }
    return row
  }
  if (verdict.changedOriginal !== undefined) work.changeTransaction(verdict.changedOriginal)
  if (verdict.hold !== undefined) {
    const { authorisationCode } = row
    work.putHold(kind === 'preAuthorisation' ? { ...verdict.hold, authorisationCode } : verdict.hold)
  }
  post(work, row.id, row, accountState)
  if (verdict.addedMinor !== 0 && verdict.originalId !== undefined) {
    // Two entries for each record that adds to it: their places are its own.
    post(work, verdict.originalId, { ...row, moneyMinor: verdict.addedMinor }, undefined, 2 * row.id)
  }
  return row
}

/** What stands on suspense is undone on suspense, whatever became known since. */
function movesOnAccount(approval: Approval | undefined): boolean {
  return approval !== undefined && (approval.changedOriginal?.accountKnown ?? true)
}

/**
 * `row` with what few transactions have. Apart from `rowOf`: after a spread in the middle of a literal each name is looked
 * up and added by itself.
 */
function withExtras(
  row: TransactionRow,
  { request }: Operation,
  verdict: Verdict,
  conversion: Conversion | undefined,
): TransactionRow {
  const tipMinor = verdict.approved ? request.tipMinor : undefined
  if (tipMinor === undefined && conversion === undefined) return row
  return {
    ...row,
    ...(tipMinor === undefined ? {} : { tipMinor }),
    ...(conversion === undefined ? {} : { conversion }),
  }
}

function rowOf(operation: Operation, kind: DecidedKind, verdict: Verdict): TransactionRow {
  const { request, terminal, account, original, id, card, issuer } = operation
  const { receivedAt, dialect } = request.inbound
  const approval = verdict.approved ? verdict : undefined
  return {
    id,
    tid: terminal.tid,
    mid: terminal.mid,
    batchNumber: request.batchNumber ?? terminal.batchNumber,
    stan: request.stan ?? 0,
    kind,
    state: verdict.approved ? 'approved' : 'declined',
    dialect,
    responseCode: verdict.responseCode,
    authorisationCode: approval === undefined ? '' : (approval.authorisationCode ?? newAuthorisationCode(id)),
    requestedMinor: request.amountMinor ?? 0,
    approvedMinor: approval?.approvedMinor ?? 0,
    currency: operation.currency,
    panLookup: card?.lookup ?? original?.panLookup ?? '',
    panTruncated: card?.truncated ?? original?.panTruncated ?? '',
    cardClass: issuer?.cardClass ?? original?.cardClass ?? 'domestic',
    accountKnown: account !== undefined && movesOnAccount(approval),
    entryMode: request.entryMode,
    moneyMinor: approval?.moneyMinor ?? 0,
    heldMinor: approval?.heldMinor ?? 0,
    originalId: approval?.originalId,
    refundedMinor: 0,
    reversalId: undefined,
    reversalReason: '',
    scriptResult: '',
    receivedAtMs: receivedAt.ms,
    localTime: receivedAt.localTime,
  }
}
