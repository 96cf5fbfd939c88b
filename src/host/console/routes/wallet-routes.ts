import { z } from 'zod'
import type { WalletFault } from '../../wallet/wallet-book.ts'
import type { OrderRow } from '../../wallet/wallet-rows.ts'
import { actorOf } from '../access.ts'
import { PHONE_VIEW, SHOWN_CODE, WALLET_ORDER, WALLET_VIEW } from '../api-types/wallet.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { ConsoleProblem, notFound, type Sentence } from '../console-problem.ts'

/** Who plays customer: a phone of the emulator spends test money at test merchants only. */
const PLAYERS = ['technician', 'support', 'administrator'] as const
const NUMBER = z.object({ number: z.coerce.number().int().positive() })
const ORDER = NUMBER.extend({ order: z.coerce.number().int().positive() })
const AMOUNT_MAX = 100_000_000_00
const TOPIC = 'wallets'

const FAULTS: Readonly<Record<WalletFault, readonly [status: number, sentence: Sentence]>> = {
  noWallet: [
    404,
    { zh: '没有这个钱包：请从列表中选择。', en: 'There is no such wallet: choose one from the list.' },
  ],
  noOrder: [
    404,
    { zh: '收款码无效：请重新扫描终端上的码。', en: 'No such code: scan the one on the terminal again.' },
  ],
  notOpen: [
    409,
    {
      zh: '订单已关闭、过期或已有结果：没有付款，请让商户重新发起。',
      en: 'The order is closed, too old, or decided already: nothing was paid. Ask the merchant for a new one.',
    },
  ],
  otherWallet: [409, { zh: '这是另一位顾客的订单。', en: 'This order is another customer’s.' }],
  codesUsedUp: [
    409,
    {
      zh: '此钱包的付款码已用完：请新建钱包。',
      en: 'This wallet has used all its codes: add another wallet.',
    },
  ],
}

function done<T extends object>(result: T | WalletFault): T {
  if (typeof result === 'object') return result
  const [status, sentence] = FAULTS[result]
  throw new ConsoleProblem(status, result, sentence)
}

/** The customer's phone: what its owner sees and says. */
export function walletRoutes(app: ConsoleApp, context: ConsoleContext): void {
  adminRoutes(app, context)
  freezeRoute(app, context)
  const { host, nowMs, live } = context
  const { wallets } = host
  app.route({
    method: 'GET',
    url: '/api/wallets/:number',
    config: { access: PLAYERS },
    schema: {
      summary: 'One wallet: balance, orders that wait for a yes, history',
      tags: ['wallets'],
      params: NUMBER,
      response: { 200: PHONE_VIEW },
    },
    handler: ({ params }) => phoneOf(context, params.number),
  })
  app.route({
    method: 'POST',
    url: '/api/wallets/:number/code',
    config: { access: PLAYERS },
    schema: {
      summary: 'The payment code that the phone shows now: the same for a minute',
      tags: ['wallets'],
      params: NUMBER,
      response: { 200: SHOWN_CODE },
    },
    handler: ({ params }) => ({ ...done(wallets.book.showCode(params.number, nowMs())) }),
  })
  app.route({
    method: 'POST',
    url: '/api/wallets/:number/scan',
    config: { access: PLAYERS },
    schema: {
      summary: 'What the merchant’s code asks for',
      tags: ['wallets'],
      params: NUMBER,
      body: z.object({ payload: z.string().max(100) }),
      response: { 200: WALLET_ORDER },
    },
    handler: ({ body }) => orderView(context, done(wallets.book.scan(body.payload, nowMs()))),
  })
  for (const [deed, summary] of [
    ['confirm', 'The customer says yes: the terminal may take the amount once'],
    ['refuse', 'The customer says no'],
  ] as const) {
    app.route({
      method: 'POST',
      url: `/api/wallets/:number/orders/:order/${deed}`,
      config: { access: PLAYERS },
      schema: { summary, tags: ['wallets'], params: ORDER, response: { 200: WALLET_ORDER } },
      handler({ params }) {
        const row = done(wallets.book[deed](params.number, params.order, nowMs()))
        live.publish(TOPIC, { number: params.number })
        return orderView(context, row)
      },
    })
  }
}

function adminRoutes(app: ConsoleApp, context: ConsoleContext): void {
  const { host, office } = context
  const { wallets } = host
  app.route({
    method: 'GET',
    url: '/api/wallets',
    config: { access: PLAYERS },
    schema: { summary: 'All wallets', tags: ['wallets'], response: { 200: z.array(WALLET_VIEW) } },
    handler: () => wallets.list().map(viewOf),
  })
  app.route({
    method: 'POST',
    url: '/api/wallets',
    config: { access: PLAYERS },
    schema: {
      summary: 'A new wallet with its first money',
      tags: ['wallets'],
      body: z.object({
        name: z.string().trim().min(1).max(40),
        balanceMinor: z.number().int().min(0).max(AMOUNT_MAX),
        confirmAboveMinor: z.number().int().min(0).max(AMOUNT_MAX),
      }),
      response: { 201: WALLET_VIEW },
    },
    handler(request, reply) {
      const wallet = wallets.add(request.body)
      const { name, balanceMinor } = request.body
      const subject = String(wallet.number)
      office.audit.append({
        actor: actorOf(request),
        action: 'wallet.added',
        subject,
        detail: { name, balanceMinor },
      })
      reply.code(201)
      return viewOf(wallet)
    },
  })
}

function freezeRoute(app: ConsoleApp, { host, office, live }: ConsoleContext): void {
  const { wallets } = host
  app.route({
    method: 'PUT',
    url: '/api/wallets/:number/frozen',
    config: { access: PLAYERS },
    schema: {
      summary: 'Freeze a wallet, or let it pay again',
      tags: ['wallets'],
      params: NUMBER,
      body: z.object({ isFrozen: z.boolean() }),
      response: { 200: WALLET_VIEW },
    },
    handler(request) {
      const { params, body } = request
      if (wallets.find(params.number) === undefined)
        throw notFound({ zh: '这个钱包', en: 'wallet like that' })
      const subject = String(params.number)
      const detail = { isFrozen: body.isFrozen }
      office.audit.append({ actor: actorOf(request), action: 'wallet.frozen', subject, detail })
      const wallet = wallets.setFrozen(params.number, body.isFrozen)
      live.publish(TOPIC, { number: params.number })
      return viewOf(wallet)
    },
  })
}

type Wallet = ReturnType<ConsoleContext['host']['wallets']['list']>[number]

function viewOf({ number, name, balanceMinor, confirmAboveMinor, isFrozen }: Wallet) {
  return { number, name, balanceMinor, confirmAboveMinor, isFrozen }
}

function phoneOf(context: ConsoleContext, number: number) {
  const { wallets } = context.host
  const wallet = wallets.find(number)
  if (wallet === undefined) throw notFound({ zh: '这个钱包', en: 'wallet like that' })
  return {
    wallet: viewOf(wallet),
    orders: wallets.book.ordersOf(number, context.nowMs()).map((row) => orderView(context, row)),
    history: wallets.history(number).map(({ id, kind, state, moneyMinor, currency, mid, receivedAtMs }) => ({
      id,
      kind,
      state,
      moneyMinor,
      currency,
      merchant: merchantName(context, mid),
      atMs: receivedAtMs,
    })),
  }
}

function orderView(context: ConsoleContext, row: OrderRow) {
  const { number, tid, mid, amountMinor, currency, state, createdMs } = row
  return { number, tid, merchant: merchantName(context, mid), amountMinor, currency, state, createdMs }
}

function merchantName({ host }: ConsoleContext, mid: string): string {
  return host.store.listMerchants().find((merchant) => merchant.mid === mid)?.name ?? mid
}
