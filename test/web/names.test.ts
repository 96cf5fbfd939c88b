import { expect, it } from 'vitest'
import type { OperationName } from '../../src/host/core/inbound.ts'
import { kindName } from '../../src/web/components/names.ts'

/** Each of them: the compiler sees one that is missing. */
const OPERATIONS: Readonly<Record<OperationName, true>> = {
  sale: true,
  saleVoid: true,
  refund: true,
  balance: true,
  preAuthorisation: true,
  preAuthorisationAddition: true,
  preAuthorisationCancel: true,
  completion: true,
  completionAdvice: true,
  completionVoid: true,
  offlineSale: true,
  tipAdjustment: true,
  reversalAlone: true,
  signIn: true,
  signOff: true,
  echo: true,
  download: true,
  statusUpload: true,
  reversal: true,
  scriptResult: true,
  qrOrder: true,
  signature: true,
  settlement: true,
  batchUpload: true,
  batchEnd: true,
  unsupported: true,
  undecodable: true,
}

it.each(Object.keys(OPERATIONS))('%s has a name in both languages', (operation) => {
  const { zh, en } = kindName(operation)
  expect(zh).toMatch(/\p{Script=Han}/u)
  expect(en).not.toBe(operation)
})
