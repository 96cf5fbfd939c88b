import { z } from 'zod'
import { parseSignature, type SignatureImage } from '../../../iso8583/subfields/signature-image.ts'
import { findAccount } from '../../core/accounts.ts'
import type { TransactionRow } from '../../core/records.ts'
import { actorOf } from '../access.ts'
import { SIGNATURE, TRANSACTION_DETAIL, TRANSACTION_LIST } from '../api-types/transactions.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { ConsoleProblem, notFound } from '../console-problem.ts'

const READERS = ['support', 'technician', 'finance', 'administrator', 'auditor'] as const
const REASON = z.object({ reason: z.string().trim().min(10, 'say why, in ten characters or more').max(300) })
const ID = z.object({ id: z.coerce.number().int().positive() })
const TEXT = z.string().max(40).optional()

/** What the host recorded of payments. */
export function transactionRoutes(app: ConsoleApp, context: ConsoleContext): void {
  listRoute(app, context)
  detailRoute(app, context)
  revealRoute(app, context)
  signatureRoute(app, context)
}

function listRoute(app: ConsoleApp, { records }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/transactions',
    config: { access: READERS },
    schema: {
      summary: 'Transactions, newest first; a filter walks back 50 000 records at a time',
      tags: ['transactions'],
      querystring: z.object({
        tid: TEXT,
        mid: TEXT,
        state: z.enum(['approved', 'declined', 'voided', 'reversed']).optional(),
        kind: TEXT,
        responseCode: z.string().max(2).optional(),
        panEnd: z
          .string()
          .regex(/^\d{1,4}$/, 'the last digits, four at most')
          .optional(),
        before: z.coerce.number().int().positive().optional(),
        limit: z.coerce.number().int().min(1).max(200).default(50),
      }),
      response: { 200: TRANSACTION_LIST },
    },
    handler({ query }) {
      const { rows, next } = records.transactions(query)
      return { transactions: rows.map(lineOf), next: next ?? null }
    },
  })
}

function detailRoute(app: ConsoleApp, { records, host }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/transactions/:id',
    config: { access: READERS },
    schema: {
      summary: 'One transaction with its ledger entries and what refers to it',
      tags: ['transactions'],
      params: ID,
      response: { 200: TRANSACTION_DETAIL },
    },
    handler({ params }) {
      const row = records.transaction(params.id)
      if (row === undefined) throw noTransaction(params.id)
      const postings = [row.id, ...(row.reversalId === undefined ? [] : [row.reversalId])]
      return {
        ...lineOf(row),
        dialect: row.dialect,
        originalId: row.originalId ?? null,
        refundedMinor: row.refundedMinor,
        reversalId: row.reversalId ?? null,
        reversalReason: row.reversalReason,
        conversion: row.conversion ?? null,
        accountKnown: row.accountKnown,
        hasSignature: host.signatures.find(row.id) !== undefined,
        entries: postings.flatMap((id) =>
          records.entries(id).map(({ account, owner, amountMinor, currency }) => ({
            account,
            // The look-up hash of a card says nothing to a reader.
            owner: account === 'cardholder' || account === 'held' ? row.panTruncated : owner,
            amountMinor,
            currency,
          })),
        ),
        followers: records.followers(row.id).map(lineOf),
      }
    },
  })
}

function revealRoute(app: ConsoleApp, { records, host, office }: ConsoleContext): void {
  app.route({
    method: 'POST',
    url: '/api/transactions/:id/card-number',
    config: {
      access: ['finance', 'administrator'],
      secondFactor: true,
      rateLimit: { max: 10, timeWindow: 60_000 },
    },
    schema: {
      summary: 'The full card number, for a reason that is written down',
      tags: ['transactions'],
      params: ID,
      body: REASON,
      response: { 200: z.object({ cardNumber: z.string() }) },
    },
    handler(request) {
      const row = records.transaction(request.params.id)
      if (row === undefined) throw noTransaction(request.params.id)
      const account = findAccount(host.store, row.panLookup)
      if (account === undefined) throw numberNotKept()
      office.audit.append({
        actor: actorOf(request),
        action: 'cardNumber.revealed',
        subject: `transaction ${row.id}`,
        detail: { reason: request.body.reason, card: row.panTruncated },
      })
      return { cardNumber: host.security.revealPan(account.pan.ciphertext) }
    },
  })
}

function signatureRoute(app: ConsoleApp, { host, office }: ConsoleContext): void {
  app.route({
    method: 'POST',
    url: '/api/transactions/:id/signature',
    config: { access: ['finance', 'administrator', 'auditor'] },
    schema: {
      summary: 'The signature of the customer as runs of black dots, for a reason that is written down',
      tags: ['transactions'],
      params: ID,
      body: REASON,
      response: { 200: SIGNATURE },
    },
    handler(request) {
      const { params } = request
      const body = host.signatures.find(params.id)
      const image = body === undefined ? undefined : parseSignature(body)
      if (image === undefined)
        throw notFound({ zh: `交易 ${params.id} 的签名`, en: `signature of transaction ${params.id}` })
      office.audit.append({
        actor: actorOf(request),
        action: 'signature.shown',
        subject: `transaction ${params.id}`,
        detail: { reason: request.body.reason },
      })
      const { widthDots, heightDots } = image
      return { widthDots, heightDots, rows: runsOf(image) }
    },
  })
}

function runsOf({ widthDots, heightDots, bits }: SignatureImage): [number, number][][] {
  return Array.from({ length: heightDots }, (_, y) => {
    const runs: [number, number][] = []
    for (let x = 0; x < widthDots; x++) {
      const place = y * widthDots + x
      if ((((bits[place >> 3] ?? 0) >> (7 - (place & 7))) & 1) === 0) continue
      const last = runs.at(-1)
      if (last !== undefined && last[0] + last[1] === x) last[1]++
      else runs.push([x, 1])
    }
    return runs
  })
}

/** What a list shows of a transaction. */
export function lineOf(row: TransactionRow) {
  return {
    id: row.id,
    tid: row.tid,
    mid: row.mid,
    batchNumber: row.batchNumber,
    stan: row.stan,
    kind: row.kind,
    state: row.state,
    responseCode: row.responseCode,
    authorisationCode: row.authorisationCode,
    requestedMinor: row.requestedMinor,
    approvedMinor: row.approvedMinor,
    tipMinor: row.tipMinor ?? null,
    currency: row.currency,
    panTruncated: row.panTruncated,
    cardClass: row.cardClass,
    entryMode: row.entryMode,
    receivedAtMs: row.receivedAtMs,
  }
}

function noTransaction(id: number): ConsoleProblem {
  return notFound({ zh: `编号为 ${id} 的交易`, en: `transaction ${id}` })
}

function numberNotKept(): ConsoleProblem {
  return new ConsoleProblem(404, 'numberNotKept', {
    zh: '本机未保存此卡号：该卡不是本机的账户，请向发卡行查询。',
    en: 'This card number is not kept here: the card has no account with this host, ask its issuer.',
  })
}
