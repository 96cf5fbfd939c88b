/** What is done on the spot. */
export const ORDER_KINDS = ['install', 'exchange', 'repair', 'withdraw'] as const
export type OrderKind = (typeof ORDER_KINDS)[number]

/** How far it is. */
export const ORDER_STATES = ['open', 'scheduled', 'underway', 'done', 'failed', 'cancelled'] as const
export type OrderState = (typeof ORDER_STATES)[number]

const NEXT: { readonly [state in OrderState]: readonly OrderState[] } = {
  open: ['scheduled', 'underway', 'cancelled'],
  scheduled: ['scheduled', 'underway', 'failed', 'cancelled'],
  underway: ['done', 'failed'],
  // Nobody was there, a part was missing: a new appointment, or the end.
  failed: ['scheduled', 'cancelled'],
  done: [],
  cancelled: [],
}

export function orderMayBecome(from: OrderState, to: OrderState): boolean {
  return NEXT[from].includes(to)
}

export function isOrderOpen(state: OrderState): boolean {
  return NEXT[state].length > 0
}

const KINDS: { readonly [kind in OrderKind]: readonly [zh: string, en: string] } = {
  install: ['安装', 'installation'],
  exchange: ['换机', 'exchange'],
  repair: ['维修', 'repair'],
  withdraw: ['撤机', 'withdrawal'],
}
const STATES: { readonly [state in OrderState]: readonly [zh: string, en: string] } = {
  open: ['待派', 'open'],
  scheduled: ['已预约', 'scheduled'],
  underway: ['进行中', 'under way'],
  done: ['已完成', 'done'],
  failed: ['未完成', 'failed'],
  cancelled: ['已取消', 'cancelled'],
}

export function orderNames(kind: OrderKind, state: OrderState): { readonly zh: string; readonly en: string } {
  return { zh: `${KINDS[kind][0]}（${STATES[state][0]}）`, en: `${KINDS[kind][1]} (${STATES[state][1]})` }
}

export function orderStateName(state: OrderState): { readonly zh: string; readonly en: string } {
  const [zh, en] = STATES[state]
  return { zh, en }
}
