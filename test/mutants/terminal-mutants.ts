import type { Mutant } from './mutant.ts'

const FLOWS = 'src/terminal/flows'

/** Ways to break the terminal. */
export const TERMINAL_MUTANTS: readonly Mutant[] = [
  {
    name: 'append-after-send',
    breaks: 'a request leaves before its record, and the duty to reverse it, is on the disk',
    harm: 'a power cut in between: the customer is charged and nobody knows',
    edits: [
      {
        file: `${FLOWS}/transaction-flow.ts`,
        find: `  yield* append({ kind: 'requested', request })
  const result = yield* ask(context, plan, sealed)
`,
        replace: `  const result = yield* ask(context, plan, sealed)
  yield* append({ kind: 'requested', request })
`,
      },
    ],
  },
  {
    name: 'reversal-sent-once',
    breaks: 'a reversal that got no answer counts as done',
    harm: 'the customer pays for goods that the shop did not hand over',
    edits: [
      {
        file: `${FLOWS}/pending-duties.ts`,
        find: `    yield* append(attempted, ...(result.kind === 'macWrong' ? [SIGN_IN_AGAIN] : []))
    return 'failed'
`,
        replace: `    yield* append({ kind: 'reversalClosed', stan, result: 'nothingToReverse' })
    return 'nothingToReverse'
`,
      },
    ],
  },
  {
    name: 'power-cut-forgets-request',
    breaks: 'after a power cut a request in flight is taken for one that never left',
    harm: 'the customer is charged for a sale that the till knows nothing of',
    edits: [
      {
        file: `${FLOWS}/start-up.ts`,
        find: `yield* append({ kind: 'abandoned', stan: inFlight.stan, reason: '98' })`,
        replace: `yield* append({ kind: 'notSent', stan: inFlight.stan })`,
      },
    ],
  },
  {
    name: 'reply-mac-unchecked',
    breaks: "the terminal doesn't compare the MAC of a reply",
    harm: 'whoever sits on the line approves what he likes',
    edits: [
      {
        file: `${FLOWS}/exchange.ts`,
        find: `equalBytes(answer.mac, mac) ? accepted : { kind: 'macWrong' }`,
        replace: `equalBytes(mac, mac) ? accepted : { kind: 'macWrong' }`,
      },
    ],
  },
  {
    name: 'reply-stan-unmatched',
    breaks: 'a reply with another trace number is taken for the answer',
    harm: "one customer gets another one's approval",
    edits: [
      {
        file: `${FLOWS}/exchange.ts`,
        find: `if (!sameField(request, reply, 11) || !sameField(request, reply, 41)) return false`,
        replace: `if (!sameField(request, reply, 41)) return false`,
      },
    ],
  },
  {
    name: 'reply-amount-unmatched',
    breaks: 'an approval of another amount is taken for the answer',
    harm: 'receipt and account say different amounts',
    edits: [
      {
        file: `${FLOWS}/exchange.ts`,
        find: `(amountFree || sameField(request, reply, 4))`,
        replace: `(amountFree || sameField(request, reply, 41))`,
      },
    ],
  },
  {
    name: 'shown-before-durable',
    breaks: 'the approval is on the screen before its record is on the disk',
    harm: 'goods are handed over for a sale that is reversed after a power cut',
    edits: [
      {
        file: `${FLOWS}/transaction-flow.ts`,
        find: `  const keeps = approved && request.type !== 'balance'
`,
        replace: `  const keeps = approved && request.type !== 'balance'
  if (keeps) yield* showMessage('approved', { amount: '', stan: request.stan, shownZh: '', shownEn: '' })
`,
      },
    ],
  },
  {
    name: 'partial-booked-in-full',
    breaks: 'a partial approval is booked with the amount that was asked for',
    harm: 'the shop hands over goods that the bank paid in part',
    edits: [
      {
        file: `${FLOWS}/transaction-flow.ts`,
        find: `const amountMinor = partial ? replyAmountMinor(result.message, request.amountMinor) : request.amountMinor`,
        replace: `const amountMinor = request.amountMinor`,
      },
    ],
  },
  {
    name: 'card-refusal-ignored',
    breaks: 'an approval stands though the card refused it after the host',
    harm: 'a transaction without a certificate: the issuer does not have to pay',
    edits: [
      {
        file: `${FLOWS}/transaction-flow.ts`,
        find: `return isAmount && isAsChosen && completion?.accepted !== false ? undefined : '96'`,
        replace: `return isAmount && isAsChosen ? undefined : '96'`,
      },
    ],
  },
  {
    name: 'void-leaves-original',
    breaks: 'a void does not mark its original as voided',
    harm: 'the same sale can be given back again and again',
    edits: [
      {
        file: `${FLOWS}/transaction-state.ts`,
        find: `each.status === 'approved'
      ? { ...each, status: 'voided' }`,
        replace: `each.status === 'approved'
      ? { ...each }`,
      },
    ],
  },
  {
    name: 'stan-reused-after-failure',
    breaks: 'the trace number of a request without an answer is used again',
    harm: 'a late answer or a reversal meets the wrong sale',
    edits: [
      {
        file: `${FLOWS}/transaction-state.ts`,
        find: `        ...rest,
        scriptResults,
        reversal: {`,
        replace: `        ...rest,
        nextStan: Number(record.stan),
        scriptResults,
        reversal: {`,
      },
    ],
  },
  {
    name: 'totals-without-voided',
    breaks: 'settlement totals leave out sales that were voided, but not their voids',
    harm: 'the day does not balance: somebody searches for money that is not missing',
    edits: [
      {
        file: `${FLOWS}/batch-totals.ts`,
        find: `  const booked = status === 'approved' || status === 'voided' || status === 'noticeQueued'
`,
        replace: `  const booked = status === 'approved' || status === 'noticeQueued'
`,
      },
    ],
  },
  {
    name: 'upload-skipped',
    breaks: 'the batch is ended without the upload of its chip certificates',
    harm: 'the shop has no proof when a cardholder disputes the payment',
    edits: [
      {
        file: `${FLOWS}/settlement-state.ts`,
        find: `return advance(state, 'totals', { phase: 'upload', domesticFlag, foreignFlag })`,
        replace: `return advance(state, 'totals', { phase: 'end', domesticFlag, foreignFlag })`,
      },
    ],
  },
  {
    name: 'batch-closed-alone',
    breaks: "the terminal closes its batch though the host did not answer to the batch's end",
    harm: 'the next day is sent under a batch number that the host refuses',
    edits: [
      {
        file: `${FLOWS}/settlement.ts`,
        find: `    if (!answer.ok) return answer.outcome
    const code = textField(answer.message, 39) ?? '00'
    // The host has not closed the batch`,
        replace: `    const code = answer.ok ? (textField(answer.message, 39) ?? '00') : '00'
    // The host has not closed the batch`,
      },
    ],
  },
  {
    name: 'printed-before-paper',
    breaks: 'a slip is noted as printed before the printer has it',
    harm: 'after a power cut neither shop nor customer has a receipt',
    edits: [
      {
        file: `${FLOWS}/print-owed.ts`,
        find: `    const outcome = yield* print(document)
    if (outcome.kind === 'printed') {
      yield* append({ kind: 'receiptPrinted', id: owed.id, copy })
      return true
    }
    if (outcome.linesPrinted`,
        replace: `    yield* append({ kind: 'receiptPrinted', id: owed.id, copy })
    const outcome = yield* print(document)
    if (outcome.kind === 'printed') return true
    if (outcome.linesPrinted`,
      },
    ],
  },
  {
    name: 'no-duplicate-mark',
    breaks: 'a slip that may be on paper already comes again without the duplicate mark',
    harm: 'two receipts for one payment: one of them can be used for a refund',
    edits: [
      {
        file: `${FLOWS}/print-owed.ts`,
        find: `let duplicate = options.again === true || owed.attempted`,
        replace: `let duplicate = owed.attempted`,
      },
    ],
  },
  {
    name: 'script-result-dropped',
    breaks: 'what the card said to an issuer script is not kept to be sent',
    harm: 'the issuer does not know whether a card was blocked or a PIN changed',
    edits: [
      {
        file: `${FLOWS}/transaction-state.ts`,
        find: `  return [...state.scriptResults, duty]
`,
        replace: `  return [...state.scriptResults, duty].slice(1)
`,
      },
    ],
  },
  {
    name: 'unproved-answer-believed',
    breaks: 'an answer that carries no proof, "duplicate" or "wrong MAC", is taken for a refusal',
    harm: 'the customer was charged by a first answer that got lost',
    edits: [
      {
        file: `${FLOWS}/transaction-flow.ts`,
        find: `return ['94', 'A0'].includes(reply.responseCode) && matters && unprovedAnswers === 'unclear'`,
        replace: `return ['??'].includes(reply.responseCode) && matters && unprovedAnswers === 'unclear'`,
      },
    ],
  },
  {
    name: 'notice-not-resent',
    breaks: 'a refund without an answer is not sent again',
    harm: 'the customer holds a promise and gets no money',
    edits: [
      {
        file: `${FLOWS}/pending-duties.ts`,
        find: `  for (const notice of context.state.notices) {
`,
        replace: `  for (const notice of context.state.notices.slice(0, 0)) {
`,
      },
    ],
  },
  {
    name: 'late-journal-state',
    breaks: 'the new state shows although its record did not fit on the disk',
    harm: 'the terminal goes on with what it will not remember',
    edits: [
      {
        file: 'src/terminal/runtime/state-keeper.ts',
        find: `      if (outcome.kind === 'durable') this.#state = next
      done(outcome)`,
        replace: `      this.#state = next
      done({ kind: 'durable' })`,
      },
    ],
  },
  {
    name: 'connection-kept-open',
    breaks: 'the terminal never hangs up when its power goes or it is closed',
    harm: 'the host collects dead connections until it takes no more',
    edits: [
      {
        file: 'src/terminal/runtime/host-link-session.ts',
        find: `    this.#events.push({ kind: 'disconnect' })
    this.#lose(reason)`,
        replace: `    this.#lose(reason)`,
      },
    ],
  },
  {
    name: 'promise-left-alone',
    breaks: 'a record is handled in a promise that nobody waits for',
    harm: 'its failure ends the program, or is never seen',
    edits: [
      {
        file: 'src/terminal/runtime/state-keeper.ts',
        find: `    const next = records.reduce(applyRecord, this.#state)
`,
        replace: `    const next = records.reduce(applyRecord, this.#state)
    void Promise.reject(new Error('nobody waits for this')).catch(() => {})
`,
      },
    ],
  },
  {
    name: 'pan-in-journal',
    breaks: 'the whole card number stands in the journal, on the screen and on the slip',
    harm: 'who finds the slip or the disk can pay with the card',
    edits: [
      {
        file: `${FLOWS}/transaction-request.ts`,
        find: `panTruncated: truncatePan(card.pan),`,
        replace: `panTruncated: card.pan,`,
      },
    ],
  },
  {
    name: 'pin-block-in-journal',
    breaks: 'the PIN block stands in the journal',
    harm: 'who gets the disk can try the PINs of the day at leisure',
    edits: [
      {
        file: `${FLOWS}/transaction-request.ts`,
        find: `...(plan.original === undefined ? {} : { original: plan.original }),
    verification`,
        replace: `...(plan.original === undefined ? {} : { original: plan.original }),
    note: Array.from((plan.chip?.pinBlock ?? plan.pinBlock) ?? [], (byte) => byte.toString(16).padStart(2, '0')).join(''),
    verification`,
      },
    ],
  },
]
