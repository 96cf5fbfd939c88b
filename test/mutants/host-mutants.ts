import type { Mutant } from './mutant.ts'

const CORE = 'src/host/core'
const OPERATIONS = `${CORE}/operations`

/** Ways to break the acquirer host. */
export const HOST_MUTANTS: readonly Mutant[] = [
  {
    name: 'reply-before-commit',
    breaks: 'replies leave first, the commit comes with the next batch',
    harm: 'after a crash the terminal has an approval that the host knows nothing of',
    edits: [
      {
        file: 'src/host/service/local-decider.ts',
        find: `  readonly #outage: StoreOutage
`,
        replace: `  readonly #outage: StoreOutage
  readonly #late: Parameters<DecisionStore['commit']>[0][] = []
`,
      },
      {
        file: 'src/host/service/local-decider.ts',
        find: `      return this.#core.process(batch, this.#store)
`,
        replace: `      for (const rows of this.#late.splice(0)) this.#store.commit(rows)
      const { fetch, leaseNumbers } = this.#store
      return this.#core.process(batch, {
        fetch,
        leaseNumbers,
        commit: (rows) => {
          this.#late.push(rows)
        },
      })
`,
      },
    ],
  },
  {
    name: 'failed-commit-answered',
    breaks: 'a commit that failed is answered as if it had not',
    harm: 'a full disk approves sales that are in no books',
    edits: [
      {
        file: `${CORE}/host-core.ts`,
        find: `    if (rows !== undefined) store.commit(rows)
`,
        replace: `    try {
      if (rows !== undefined) store.commit(rows)
    } catch {}
`,
      },
    ],
  },
  {
    name: 'duplicate-posted-twice',
    breaks: 'a request that the line brings twice is refused the second time, and posted again',
    harm: 'the customer pays twice, or gets a refund twice',
    edits: [
      {
        file: `${CORE}/decide-transaction.ts`,
        find: `  const refusal = refuse('94', 'this terminal, batch and STAN were used before', 11)
`,
        replace: `  if (state === 'approved') post(work, id, before)
  const refusal = refuse('94', 'this terminal, batch and STAN were used before', 11)
`,
      },
    ],
  },
  {
    name: 'early-reversal-forgotten',
    breaks: 'a reversal that came before its request is not remembered',
    harm: 'the late request is approved, and nobody reverses it any more',
    edits: [
      {
        file: `${OPERATIONS}/reversal.ts`,
        find: `    if (batchNumber === terminal.batchNumber) work.addTransaction(reversalAlone(request, terminal, id, stan))
`,
        replace: `    reversalAlone(request, terminal, id, stan)
`,
      },
    ],
  },
  {
    name: 'reversal-not-posted',
    breaks: 'a reversal marks its transaction but gives no money back',
    harm: 'the customer pays for a sale that both sides call reversed',
    edits: [
      {
        file: `${OPERATIONS}/reversal.ts`,
        find: `  post(work, reversalId, opposite(original))
`,
        replace: `  opposite(original)
`,
      },
    ],
  },
  {
    name: 'ledger-one-sided',
    breaks: 'a posting has no counterpart',
    harm: 'money appears from nowhere, and nobody can say whose it is',
    edits: [
      {
        file: `${CORE}/posting.ts`,
        find: `    entries.push(...pair(postingId, firstIndex, currency, moneyMinor, holder, merchant))
`,
        replace: `    entries.push(...pair(postingId, firstIndex, currency, moneyMinor, holder, merchant).slice(0, 1))
`,
      },
      {
        file: `${CORE}/posting.ts`,
        find: `  invariant(sum === 0, 'a posting that does not sum to zero')
`,
        replace: `  invariant(sum !== 0.5, 'a posting that does not sum to zero')
`,
      },
    ],
  },
  {
    name: 'balance-not-moved',
    breaks: "a void is booked in the ledger, but the account's balance stays",
    harm: 'the customer can not spend the money that was given back',
    edits: [
      {
        file: `${CORE}/posting.ts`,
        find: `    balanceMinor: safeSum(state.balanceMinor, billedMoney(effects)),
`,
        replace: `    balanceMinor: safeSum(state.balanceMinor, Math.min(0, billedMoney(effects))),
`,
      },
    ],
  },
  {
    name: 'hold-not-released',
    breaks: 'a completion takes the money and leaves the reservation open',
    harm: "the hotel's guest pays and can not spend the same amount again",
    edits: [
      {
        file: `${OPERATIONS}/pre-authorisation.ts`,
        find: `    moneyMinor: 0 - amountMinor,
    heldMinor: 0 - hold.amountMinor,
    originalId: hold.id,
    hold: { ...hold, state: 'completed', endedById: operation.id },`,
        replace: `    moneyMinor: 0 - amountMinor,
    originalId: hold.id,
    hold,`,
      },
    ],
  },
  {
    name: 'voided-twice',
    breaks: 'both ends let a sale be voided that was voided before',
    harm: 'the shop gives the money back twice',
    edits: [
      {
        file: `${OPERATIONS}/original.ts`,
        find: `  return refuse('12', \`the original is \${original.state}\`)
`,
        replace: `  return undefined
`,
      },
      {
        file: 'src/terminal/flows/void.ts',
        find: `  return status === 'approved' && request.batch === context.state.batch && VOIDED_BY[request.type] === voiding
`,
        replace: `  return status !== 'declined' && request.batch === context.state.batch && VOIDED_BY[request.type] === voiding
`,
      },
    ],
  },
  {
    name: 'refund-beyond-original',
    breaks: 'more may be refunded than was paid',
    harm: 'a dishonest cashier empties the shop into his own card',
    edits: [
      {
        file: `${OPERATIONS}/payment.ts`,
        find: `  if (refundedMinor > original.approvedMinor) {`,
        replace: `  if (refundedMinor > original.approvedMinor * 1000) {`,
      },
    ],
  },
  {
    name: 'totals-without-refunds',
    breaks: "the host's settlement totals leave out refunds",
    harm: 'the shop is paid for what it gave back',
    edits: [
      {
        file: `${CORE}/settlement-totals.ts`,
        find: `new Set(['saleVoid', 'completionVoid', 'refund'])`,
        replace: `new Set(['saleVoid', 'completionVoid'])`,
      },
    ],
  },
  {
    name: 'totals-taken-over',
    breaks:
      "the host takes over the terminal's totals instead of adding up its records, and the terminal's are wrong",
    harm: 'a batch always balances, whatever is in it',
    edits: [
      {
        file: `${OPERATIONS}/settlement.ts`,
        find: `  const own = settlementTotals(work.transactionsOfBatch(terminal.tid, terminal.batchNumber))
  const flag`,
        replace: `  const own = theirs ?? settlementTotals([])
  const flag`,
      },
      {
        file: `${OPERATIONS}/batch-upload.ts`,
        find: `  const hostTotals = settlementTotals(work.transactionsOfBatch(tid, batchNumber))
`,
        replace: `  const hostTotals = batch.terminalTotals ?? settlementTotals([])
`,
      },
      {
        file: 'src/terminal/flows/batch-totals.ts',
        find: `  const counted = transactions.filter(isCounted)
`,
        replace: `  const counted = transactions.filter(isCounted).slice(0, 3)
`,
      },
    ],
  },
  {
    name: 'pin-unchecked',
    breaks: 'a wrong PIN is taken for a right one',
    harm: 'a stolen card pays until somebody notices',
    edits: [
      {
        file: `${CORE}/card-check.ts`,
        find: `  if (answer === 'wrong') {`,
        replace: `  if (answer === 'wrong' && state.pinTriesLeft < 0) {`,
      },
    ],
  },
  {
    name: 'request-mac-unchecked',
    breaks: 'the host does not compare the MAC of a request',
    harm: 'who sits on the line changes amounts, or sends refunds to himself',
    edits: [
      {
        file: `${CORE}/gate.ts`,
        find: `  return security.verifyMac(macKey, profile.macAlgorithm, macData, mac)
`,
        replace: `  return security.verifyMac(macKey, profile.macAlgorithm, macData, mac) || mac.length === 8
`,
      },
    ],
  },
  {
    name: 'funds-unchecked',
    breaks: 'the host does not look at the balance',
    harm: 'the issuer pays for what nobody has',
    edits: [
      {
        file: `${CORE}/card-check.ts`,
        find: `  return amountMinor > availableMinor(state) ? refuse`,
        replace: `  return amountMinor > availableMinor(state) + 1e9 ? refuse`,
      },
    ],
  },
  {
    name: 'batch-closed-without-end',
    breaks: 'the end of a batch is answered, and the batch stays open',
    harm: 'the host waits for a batch that the terminal has put away',
    edits: [
      {
        file: `${OPERATIONS}/batch-upload.ts`,
        find: `  work.putBatch({
    ...batch,
    state: 'closed',`,
        replace: `  work.putBatch({
    ...batch,
    state: 'settling',`,
      },
    ],
  },
  {
    name: 'connection-leak',
    breaks: 'the gateway does not forget a connection that ended',
    harm: 'after some days the host takes no more calls',
    edits: [
      {
        file: 'src/host/gateway/connections.ts',
        find: `    this.#open.delete(connection)\n`,
        replace: '',
      },
    ],
  },
  {
    name: 'pan-in-log',
    breaks: 'the whole card number stands in the log',
    harm: 'each backup of the log is a list of cards',
    edits: [
      {
        file: `${CORE}/decide-transaction.ts`,
        find: `    panTruncated: row.panTruncated,
  }`,
        replace: `    panTruncated: operation.card?.pan ?? row.panTruncated,
  }`,
      },
    ],
  },
  {
    name: 'track-in-store',
    breaks: "a refusal's reason quotes the track",
    harm: "the host's database is enough to copy cards",
    edits: [
      {
        file: `${CORE}/explain.ts`,
        find: `          reason: refusal.reason,
`,
        replace: `          reason: refusal.reason + (request.track2 ?? ''),
`,
      },
    ],
  },
]
