import { DEFAULT_MERCHANT } from '../../src/host/estate/default-estate.ts'
import { CARDS, type ClosedBatch, type DayBooks, keyOf, six, totalsText } from './day-books.ts'
import type { RealDay } from './real-day.ts'

/** What both sides must agree on after each command, as text and plain data that can be read in a difference. */
export interface BookView {
  readonly terminal: {
    readonly batch: string
    readonly nextStan: number
    readonly signedIn: boolean
    readonly loggedOn: string | undefined
    readonly entries: readonly string[]
    readonly reversal: string | undefined
    readonly notices: readonly string[]
    readonly isSettling: boolean
    readonly owed: readonly string[]
    readonly undecided: string | undefined
    readonly failedChips: number
    readonly scriptResults: number
    readonly inFlight: string | undefined
  }
  readonly host: {
    readonly batch: number
    readonly signedIn: boolean
    readonly entries: readonly string[]
    readonly closed: readonly string[]
    readonly accounts: readonly string[]
    readonly merchant: number
    readonly faults: readonly string[]
  }
}

export function viewOfModel({ terminal, host }: DayBooks): BookView {
  return {
    terminal: {
      batch: six(terminal.batch),
      nextStan: terminal.nextStan,
      signedIn: terminal.signedIn,
      loggedOn: terminal.loggedOn,
      entries: terminal.entries.map(
        ({ batch, stan, kind, amount, status }) => `${six(batch)}/${six(stan)} ${kind} ${amount} ${status}`,
      ),
      reversal:
        terminal.reversal === undefined
          ? undefined
          : `${terminal.reversal.key} ${terminal.reversal.attempts}`,
      notices: terminal.notices.map(({ key, attempts }) => `${key} ${attempts}`),
      isSettling: terminal.settling !== undefined,
      owed: terminal.owed.map(({ text, copies }) => `${text} x${copies}`),
      undecided: terminal.undecided === undefined ? undefined : six(terminal.undecided),
      failedChips: terminal.failedChips,
      scriptResults: terminal.scriptResults,
      inFlight: undefined,
    },
    host: {
      batch: host.batch,
      signedIn: host.signedIn,
      entries: [...host.entries]
        .map(
          ([key, { kind, state, approved, refunded, code }]) =>
            `${key} ${kind} ${state} ${code} ${approved} ${refunded}`,
        )
        .sort(),
      closed: host.closed.map(closedText),
      accounts: CARDS.map((name) => {
        const { balance, held, pinTries } = host.accounts[name]
        return `${name} ${balance} held ${held} tries ${pinTries}`
      }),
      merchant: host.merchant,
      faults: [],
    },
  }
}

function closedText({ batch, domestic, foreign, flags }: ClosedBatch): string {
  return `${batch} ${flags} ${totalsText(domestic)} / ${totalsText(foreign)}`
}

export function viewOfReal(day: RealDay): BookView {
  return { terminal: terminalView(day), host: hostView(day) }
}

function terminalView({ terminal }: RealDay): BookView['terminal'] {
  const { state } = terminal
  const { reversal } = state
  const keyText = ({ batch, stan }: { readonly batch: string; readonly stan: string }) =>
    keyOf(Number(batch), Number(stan))
  return {
    batch: state.batch,
    nextStan: state.nextStan,
    signedIn: state.signedIn,
    loggedOn: state.loggedOn,
    entries: state.transactions.map(
      ({ request, amountMinor, status }) =>
        `${request.batch}/${request.stan} ${request.type} ${amountMinor} ${status}`,
    ),
    reversal: reversal === undefined ? undefined : `${keyText(reversal.request)} ${reversal.attempts}`,
    notices: state.notices.map(({ request, attempts }) => `${keyText(request)} ${attempts}`),
    isSettling: state.settlement !== undefined,
    owed: state.owedReceipts.map(({ content, copies }) => {
      const text =
        content.kind === 'settlement'
          ? `settlement ${content.summary.batch}`
          : content.kind === 'reversal'
            ? `reversal ${content.request.stan}`
            : `slip ${content.transaction.request.batch}/${content.transaction.request.stan} ${content.transaction.amountMinor}`
      return `${text} x${copies.length}`
    }),
    undecided: state.undecidedPartial,
    failedChips: state.failedChips.length,
    scriptResults: state.scriptResults.length,
    inFlight: state.inFlight?.stan,
  }
}

function hostView({ store, terminal, estate }: RealDay): BookView['host'] {
  const tid = terminal.name
  const row = store.listTerminals().find((each) => each.tid === tid)
  const accounts = new Map(store.listAccounts().map((each) => [each.pan.truncated, each.state]))
  const cards = estate.cardsOf(0)
  return {
    batch: row?.batchNumber ?? 0,
    signedIn: row?.signedIn ?? false,
    entries: store
      .listTransactions({ tid, limit: 1e9 })
      .map(
        ({ batchNumber, stan, kind, state, responseCode, approvedMinor, refundedMinor }) =>
          `${batchNumber}/${stan} ${kind} ${state} ${responseCode} ${approvedMinor} ${refundedMinor}`,
      )
      .sort(),
    closed: store
      .listBatches(tid)
      .filter(({ state }) => state === 'closed')
      .map(({ batchNumber, domesticFlag, foreignFlag, hostTotals }) => {
        const text = (totals: NonNullable<typeof hostTotals>['domestic'] | undefined) =>
          totals === undefined
            ? '?'
            : totalsText({
                debit: totals.debitMinor,
                debitCount: totals.debitCount,
                credit: totals.creditMinor,
                creditCount: totals.creditCount,
              })
        return `${batchNumber} ${domesticFlag}${foreignFlag} ${text(hostTotals?.domestic)} / ${text(hostTotals?.foreign)}`
      }),
    accounts: CARDS.map((name, index) => {
      const pan = cards[index]?.pan ?? ''
      const state = accounts.get(`${pan.slice(0, 6)}******${pan.slice(-4)}`)
      return `${name} ${state?.balanceMinor} held ${state?.heldMinor} tries ${state?.pinTriesLeft}`
    }),
    merchant: store
      .ledgerBalances()
      .filter(({ account, owner }) => account === 'merchant' && owner === DEFAULT_MERCHANT.mid)
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    faults: store.checkBooks().map(({ kind, detail }) => `${kind}: ${detail}`),
  }
}
