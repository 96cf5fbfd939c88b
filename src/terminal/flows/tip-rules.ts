import { TIP_MAX } from '../../iso8583/subfields/tip-amount.ts'
import type { TerminalState, Transaction } from './terminal-model.ts'
import type { TerminalProfile } from './terminal-profile.ts'

/** Whether tips are on and may be added after the sale. */
export function takesTipsAfterwards({ tips, tipAdjust, transactions }: TerminalProfile): boolean {
  return tips && tipAdjust && transactions.includes('sale')
}

/** A sale that a tip may be added to: what was agreed in another currency stays as it was, and codes know no tip. */
export function isTippable({ request }: Transaction): boolean {
  const isSale = request.type === 'sale' || request.type === 'offlineSale'
  return isSale && request.conversion === undefined && request.entry !== 'code'
}

/** The tip in what `transaction` comes to; undefined where nobody gave one. */
export function tipIn({ tipMinor, request }: Transaction): number | undefined {
  return tipMinor ?? request.tipMinor
}

/** A tip for it that the host has not answered: what it comes to nobody knows for sure. */
export function isTipUnderWay(
  { notices }: Pick<TerminalState, 'notices'>,
  { request: { stan } }: Transaction,
): boolean {
  return notices.some(({ request }) => request.type === 'tipAdjustment' && request.original?.stan === stan)
}

/** The largest tip on top of `amountMinor`, by parameter 19. */
export function tipLimitMinor({ tipPercentMax }: TerminalProfile, amountMinor: number): number {
  return Math.min(TIP_MAX, percentOf(amountMinor, tipPercentMax))
}

/** Rounded down: what is offered is never above the limit. */
export function percentOf(amountMinor: number, percent: number): number {
  return Math.floor((amountMinor * percent) / 100)
}
