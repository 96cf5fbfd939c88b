import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PaymentKeys } from '../../../src/host/core/payment-keys.ts'
import type { SignaturePort } from '../../../src/host/core/signature-port.ts'
import type { OrderRequest, WalletPort } from '../../../src/host/core/wallet-port.ts'
import type { PostgresWallets } from '../../../src/host/store/postgres-wallets.ts'
import type { CodeTagger } from '../../../src/host/wallet/payment-code.ts'

/** What customers do, as promises whatever the store. */
export type Customers = {
  readonly [Name in keyof PostgresWallets]: PostgresWallets[Name]
}

/** Wallets, orders and signatures of one store, seen from both sides. */
export interface PaymentWorld {
  readonly customers: Customers
  /** What a decision does, durable when it resolves. */
  decide<T>(
    keys: Partial<PaymentKeys>,
    act: (ports: { readonly wallets: WalletPort; readonly signatures: SignaturePort }) => T,
  ): Promise<T>
  close(): Promise<void>
}

const NOW = 1_764_000_000_000
const REQUEST: OrderRequest = {
  tid: '10000001',
  mid: '001290058120001',
  batchNumber: 1,
  stan: 7,
  amountMinor: 2_000,
  currency: '156',
}
const PURPOSE = { mid: REQUEST.mid, amountMinor: 2_000, nowMs: NOW }

/** The port's promises, held by whatever keeps wallets and signatures. */
export function describePayments(
  name: string,
  open: (tagger: CodeTagger) => Promise<PaymentWorld>,
  tagger: CodeTagger,
) {
  let world: PaymentWorld
  beforeEach(async () => {
    world = await open(tagger)
    await world.customers.addWallet('Li', 50_000, NOW)
    await world.customers.addWallet('Wang', 0, NOW)
  })
  afterEach(() => world.close())

  const create = (request: OrderRequest = REQUEST, nowMs = NOW) =>
    world.decide({ orderMessages: [request] }, ({ wallets }) => wallets.openOrder(request, nowMs))
  const look = (number: number, { tid } = REQUEST, nowMs = NOW) =>
    world.decide({ orders: [number] }, ({ wallets }) => wallets.order(tid, number, nowMs))
  const close = (number: number) =>
    world.decide({ orders: [number] }, ({ wallets }) => wallets.closeOrder(REQUEST.tid, number, NOW))
  const read = (code: string, purpose = PURPOSE) =>
    world.decide({ codes: [code] }, ({ wallets }) => wallets.readCode(code, purpose))
  const shown = async (wallet = 1, isFresh = false, nowMs = NOW): Promise<string> => {
    const code = await world.customers.showCode(wallet, nowMs, isFresh)
    if (typeof code === 'string') throw new Error(code)
    return code.code
  }

  describe(`payments in ${name}`, () => {
    it('wallets have numbers from 1 and rising serial numbers of their codes', async () => {
      expect(await world.customers.wallets()).toMatchObject([
        { number: 1, name: 'Li', confirmAboveMinor: 50_000, lastSerial: 0 },
        { number: 2, name: 'Wang', confirmAboveMinor: 0 },
      ])
      const first = await shown()
      expect(await shown()).toBe(first)
      const next = await shown(1, true)
      expect(next).not.toBe(first)
      expect(await shown(1, false, NOW + 60_000)).not.toBe(next)
      expect(await world.customers.wallet(1)).toMatchObject({ lastSerial: 3 })
      expect(await world.customers.showCode(9, NOW)).toBe('noWallet')
    })

    it('a code reads as its wallet while it is good, and as nobody when nobody made it', async () => {
      const code = await shown()
      expect(await read(code)).toMatchObject({ kind: 'good', serial: 1, isConfirmed: false })
      expect(await read(code, { ...PURPOSE, nowMs: NOW + 75_001 })).toEqual({ kind: 'expired' })
      expect(await read('6200010000199999999')).toEqual({ kind: 'unknown' })
    })

    it('the same message has the same order; another has another', async () => {
      const order = await create()
      expect(order).toMatchObject({ state: 'open', paymentCode: undefined })
      expect(order?.payload).toMatch(/^TW1:\d+-\d{6}$/)
      expect(await create()).toEqual(order)
      const other = await create({ ...REQUEST, stan: 8 })
      expect(other?.number).not.toBe(order?.number)
      expect(await look(order?.number ?? 0, { ...REQUEST, tid: '10000002' })).toBe('none')
    })

    it('a yes makes a code for this amount at this merchant, once', async () => {
      const order = await create()
      const number = order?.number ?? 0
      expect(await world.customers.scan(order?.payload ?? '', NOW)).toMatchObject({ number, stan: 7 })
      expect(await world.customers.scan('TW1:1-xxxxxx', NOW)).toBe('noOrder')
      expect(await world.customers.confirm(1, number, NOW)).toMatchObject({ state: 'confirmed', wallet: 1 })
      expect(await world.customers.confirm(1, number, NOW)).toBe('notOpen')
      expect(await world.customers.refuse(2, number, NOW)).toBe('otherWallet')
      const paid = await look(number)
      if (paid === 'none' || paid?.paymentCode === undefined) throw new Error('no code')
      expect(await read(paid.paymentCode)).toMatchObject({ kind: 'good', isConfirmed: true })
      expect(await read(paid.paymentCode, { ...PURPOSE, amountMinor: 1 })).toEqual({ kind: 'otherPayment' })
      expect(await close(number)).toMatchObject({ state: 'confirmed' })
      expect(await world.customers.ordersOf(1, NOW)).toMatchObject([{ number, state: 'confirmed' }])
      expect(await world.customers.orderRow(number)).toMatchObject({ state: 'confirmed', serial: 1 })
    })

    it('a customer who is asked sees the order, says no, and it stays so', async () => {
      const code = await shown()
      const asked = await world.decide({ codes: [code], orderMessages: [REQUEST] }, ({ wallets }) =>
        wallets.askCustomer(code, REQUEST, NOW),
      )
      expect(asked).toMatchObject({ state: 'open', payload: undefined })
      const number = asked?.number ?? 0
      expect(await world.customers.ordersOf(1, NOW)).toMatchObject([{ number, state: 'open' }])
      expect(await world.customers.confirm(2, number, NOW)).toBe('otherWallet')
      expect(await world.customers.refuse(1, number, NOW)).toMatchObject({ state: 'refused' })
      expect(await look(number)).toMatchObject({ state: 'refused' })
    })

    it('after its time or its close there is nothing to say yes to', async () => {
      const late = (await create())?.number ?? 0
      expect(await look(late, REQUEST, NOW + 180_001)).toMatchObject({ state: 'expired' })
      expect(await world.customers.confirm(1, late, NOW)).toBe('notOpen')
      const closed = (await create({ ...REQUEST, stan: 9 }))?.number ?? 0
      expect(await close(closed)).toMatchObject({ state: 'closed' })
      expect(await world.customers.confirm(1, closed, NOW)).toBe('notOpen')
      expect(await world.customers.confirm(1, 999_999, NOW)).toBe('noOrder')
    })

    it('a transaction has one signature, the first', async () => {
      const keep = (body: number[]) =>
        world.decide({ signatures: [REQUEST] }, ({ signatures }) =>
          signatures.keep(SIGNED_ID, Uint8Array.from(body), NOW),
        )
      expect(await keep([1, 0, 255])).toBe('kept')
      expect(await keep([2])).toBe('there')
      expect([...((await world.customers.signature(SIGNED_ID)) ?? [])]).toEqual([1, 0, 255])
      expect(await world.customers.signature(1)).toBeUndefined()
    })
  })
}

/** The transaction of `REQUEST`, where a store wants it to be there. */
export const SIGNED_ID = 4_711
