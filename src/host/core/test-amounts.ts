import type { TransactionKind } from './records.ts'
import type { TestBehaviour } from './test-behaviour.ts'

export interface TestAmountRow {
  /** Minor units, both inclusive. */
  readonly from: number
  readonly to: number
  readonly amounts: string
  readonly en: string
  readonly zh: string
  /** `rest`: the amount less `from`. */
  readonly behaviour: (rest: number) => TestBehaviour | undefined
}

const twoDigits = (rest: number): string => String(rest).padStart(2, '0')
const only =
  (behaviour: TestBehaviour): TestAmountRow['behaviour'] =>
  () =>
    behaviour

/** Amounts from 7 700.00 to 7 705.99 force an answer. Kept out of the way of amounts that people type. */
export const TEST_AMOUNTS: readonly TestAmountRow[] = [
  {
    from: 770_000,
    to: 770_000,
    amounts: '7700.00',
    en: 'nothing special',
    zh: '正常处理',
    behaviour: () => undefined,
  },
  {
    from: 770_001,
    to: 770_099,
    amounts: '7700.CC',
    en: 'response code CC, 01 to 99 (7700.51: 51); 7700.10 approves half',
    zh: '应答码 CC(01 至 99),例如 7700.51 返回 51;7700.10 部分承兑一半',
    behaviour: (rest) =>
      rest === 9
        ? { kind: 'approvePartially', percent: 50 }
        : { kind: 'respond', responseCode: twoDigits(rest + 1) },
  },
  {
    from: 770_100,
    to: 770_107,
    amounts: '7701.0N',
    en: 'response code AN, A0 to A7 (7701.00: A0)',
    zh: '应答码 AN(A0 至 A7),例如 7701.00 返回 A0',
    behaviour: (rest) => ({ kind: 'respond', responseCode: `A${rest}` }),
  },
  {
    from: 770_200,
    to: 770_299,
    amounts: '7702.SS',
    en: 'answer after SS seconds',
    zh: '延迟 SS 秒后应答',
    behaviour: (rest) => ({ kind: 'delay', delayMs: rest * 1000 }),
  },
  {
    from: 770_300,
    to: 770_300,
    amounts: '7703.00',
    en: 'nothing is done, no answer',
    zh: '不处理,不应答',
    behaviour: only({ kind: 'ignore' }),
  },
  {
    from: 770_301,
    to: 770_301,
    amounts: '7703.01',
    en: 'done and recorded, no answer: the terminal must reverse',
    zh: '已入账但不应答:终端应冲正',
    behaviour: only({ kind: 'loseReply' }),
  },
  {
    from: 770_302,
    to: 770_302,
    amounts: '7703.02',
    en: 'as 7703.01, and the first reversal is done but not answered',
    zh: '同 7703.01,且第一次冲正已处理但不应答',
    behaviour: only({ kind: 'loseReplyAndReversal' }),
  },
  {
    from: 770_303,
    to: 770_303,
    amounts: '7703.03',
    en: 'nothing is done, connection dropped',
    zh: '不处理,断开连接',
    behaviour: only({ kind: 'disconnect' }),
  },
  {
    from: 770_304,
    to: 770_304,
    amounts: '7703.04',
    en: 'done and recorded, then connection dropped',
    zh: '已入账,随后断开连接',
    behaviour: only({ kind: 'disconnectAfter' }),
  },
  {
    from: 770_400,
    to: 770_400,
    amounts: '7704.00',
    en: 'answer sent twice',
    zh: '应答发送两次',
    behaviour: only({ kind: 'replyTwice' }),
  },
  {
    from: 770_401,
    to: 770_401,
    amounts: '7704.01',
    en: 'answer with a wrong MAC',
    zh: '应答 MAC 错误',
    behaviour: only({ kind: 'wrongMac' }),
  },
  {
    from: 770_402,
    to: 770_402,
    amounts: '7704.02',
    en: 'answer with another STAN (field 11 plus one)',
    zh: '应答流水号错误(域 11 加一)',
    behaviour: only({ kind: 'wrongStan' }),
  },
  {
    from: 770_403,
    to: 770_403,
    amounts: '7704.03',
    en: 'answer with another amount (field 4 plus one)',
    zh: '应答金额错误(域 4 加一)',
    behaviour: only({ kind: 'wrongAmount' }),
  },
  {
    from: 770_404,
    to: 770_404,
    amounts: '7704.04',
    en: 'answer with a wrong ARPC (tag 91 of field 55)',
    zh: '应答 ARPC 错误(域 55 标签 91)',
    behaviour: only({ kind: 'wrongArpc' }),
  },
  {
    from: 770_405,
    to: 770_405,
    amounts: '7704.05',
    en: 'answer with an issuer script (tag 72 of field 55)',
    zh: '应答带发卡行脚本(域 55 标签 72)',
    behaviour: only({ kind: 'sendScript' }),
  },
  {
    from: 770_501,
    to: 770_599,
    amounts: '7705.PP',
    en: 'PP per cent approved (code 10) when field 60.6 is 1, otherwise all',
    zh: '域 60.6 为 1 时部分承兑 PP%(应答码 10),否则全额承兑',
    behaviour: (rest) => ({ kind: 'approvePartially', percent: rest + 1 }),
  },
]

const FIRST = TEST_AMOUNTS[0]?.from ?? 0
const LAST = TEST_AMOUNTS.at(-1)?.to ?? 0

/** Transactions that amounts and cards act on; voids, cancels and advices are left alone so that a day can end. */
const AFFECTED: ReadonlySet<TransactionKind> = new Set([
  'sale',
  'refund',
  'balance',
  'preAuthorisation',
  'completion',
])

export function isAffected(kind: TransactionKind): boolean {
  return AFFECTED.has(kind)
}

export function behaviourOfAmount(amountMinor: number | undefined): TestBehaviour | undefined {
  if (amountMinor === undefined || amountMinor < FIRST || amountMinor > LAST) return undefined
  const row = TEST_AMOUNTS.find(({ from, to }) => amountMinor >= from && amountMinor <= to)
  return row?.behaviour(amountMinor - row.from)
}
