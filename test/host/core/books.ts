import { expect } from 'vitest'
import type { TestHost } from './test-host.ts'

/** The books are right, and the ledger sums to zero. */
export function expectRightBooks(host: TestHost): void {
  expect(host.store.checkBooks()).toEqual([])
  const sum = host.store.ledgerBalances().reduce((total, { amountMinor }) => total + amountMinor, 0)
  expect(sum).toBe(0)
}

/** Balance of one ledger account of the host. */
export function balanceOf(host: TestHost, account: string, owner: string): number {
  const found = host.store.ledgerBalances().find((each) => each.account === account && each.owner === owner)
  return found?.amountMinor ?? 0
}
