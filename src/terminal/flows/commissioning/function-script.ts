import type { CommandOutcome, TerminalCommand, TransactionView } from '../terminal-command.ts'
import type { Reason } from './step-evidence.ts'

/** One transaction of the function test. */
export interface FunctionCase {
  readonly id: string
  readonly zh: string
  readonly en: string
  readonly card?: 'chip' | 'stripe'
  /** The printer runs out of paper in it, and gets new paper when the terminal says so. */
  readonly paperEnds?: true
  /** From what was approved before, by id; undefined when what it refers to is not there. */
  readonly command: (approved: ReadonlyMap<string, TransactionView>) => TerminalCommand | undefined
  /** Why the outcome is not what it should be; undefined when it is. */
  readonly fault: (outcome: CommandOutcome, tookMs: number) => Reason | undefined
}

/** What the test host does with these amounts: docs/host-test-behaviour.md. */
const DECLINED_MINOR = 770_051
const DELAYED_MINOR = 770_202
const DELAY_MS = 2_000
const LOST_REPLY_MINOR = 770_301
const REFUND_MINOR = 500

/** Sales by chip and stripe, refusal, delay, lost answer, paper end, void, refund, settlement. */
export const FUNCTION_SCRIPT: readonly FunctionCase[] = [
  sale('chipSale', '芯片卡消费，输入密码', 'chip sale with PIN', 'chip', 1_200),
  sale('stripeSale', '磁条卡消费', 'stripe sale', 'stripe', 850),
  {
    ...sale('decline', '余额不足的消费', 'a sale that is declined', 'stripe', DECLINED_MINOR),
    fault: (outcome) =>
      outcome.kind === 'declined' && outcome.responseCode === '51'
        ? undefined
        : other(outcome, 'declined 51'),
  },
  {
    ...sale(
      'delay',
      '主机延迟 2 秒的消费',
      'a sale that the host answers after 2 s',
      'stripe',
      DELAYED_MINOR,
    ),
    fault: (outcome, tookMs) =>
      outcome.kind === 'approved' && tookMs >= DELAY_MS
        ? undefined
        : other(outcome, `approved after ${DELAY_MS} ms, took ${Math.round(tookMs)} ms`),
  },
  {
    ...sale(
      'lostReply',
      '应答丢失的消费，自动冲正',
      'a sale without an answer is reversed',
      'stripe',
      LOST_REPLY_MINOR,
    ),
    fault: (outcome) =>
      outcome.kind === 'reversed' && outcome.reversal === 'accepted' ? undefined : other(outcome, 'reversed'),
  },
  {
    ...sale('paperEnd', '打印缺纸的消费', 'a sale whose slip meets the end of the paper', 'stripe', 300),
    paperEnds: true,
  },
  {
    id: 'void',
    zh: '撤销磁条卡消费',
    en: 'void of the stripe sale',
    card: 'stripe',
    command: (approved) => {
      const sold = approved.get('stripeSale')
      return sold && { kind: 'void', stan: sold.stan }
    },
    fault: approvedOnly,
  },
  {
    id: 'refund',
    zh: '部分退货',
    en: 'refund of a part of the chip sale',
    card: 'chip',
    command: (approved) => {
      const sold = approved.get('chipSale')
      if (sold?.referenceNumber === undefined) return undefined
      const { batch, stan, date, referenceNumber } = sold
      const original = { batch, stan, date }
      return { kind: 'refund', amountMinor: REFUND_MINOR, originalReferenceNumber: referenceNumber, original }
    },
    fault: approvedOnly,
  },
]

function sale(
  id: string,
  zh: string,
  en: string,
  card: 'chip' | 'stripe',
  amountMinor: number,
): FunctionCase {
  return {
    id,
    zh,
    en,
    card,
    command: () => ({ kind: 'sale', amountMinor, tipMinor: 0 }),
    fault: approvedOnly,
  }
}

function approvedOnly(outcome: CommandOutcome): Reason | undefined {
  return outcome.kind === 'approved' ? undefined : other(outcome, 'approved')
}

function other(outcome: CommandOutcome, wanted: string): Reason {
  const detail =
    'responseCode' in outcome ? ` ${outcome.responseCode}` : 'reason' in outcome ? ` ${outcome.reason}` : ''
  return {
    zh: `应为 ${wanted}，实为 ${outcome.kind}${detail}`,
    en: `${wanted} was wanted, ${outcome.kind}${detail} came`,
  }
}
