import type { Terminal } from '../../terminal/adapters/terminal.ts'
import type {
  CommandOutcome,
  TerminalCommand,
  TransactionView,
} from '../../terminal/flows/terminal-command.ts'
import type { SettlementSummary } from '../../terminal/flows/terminal-model.ts'
import type { CustomerCard } from './hands.ts'

/** The cards of the day, by name. */
interface DayCards {
  readonly chip: CustomerCard
  readonly stripe: CustomerCard
  readonly foreign: CustomerCard
}

/** What the day has to show for itself. */
export interface DayResult {
  /** What did not come out as it should, one line each. */
  readonly failures: readonly string[]
  /** The terminal's journal of the batch, as it stood before settlement. */
  readonly batch: string
  readonly transactions: readonly TransactionView[]
  readonly settlement: SettlementSummary | undefined
}

interface Step {
  readonly zh: string
  readonly en: string
  readonly card?: CustomerCard
  /** From what the day has brought so far; undefined when what it refers to is not there. */
  readonly command: (approved: ReadonlyMap<string, TransactionView>) => TerminalCommand | undefined
  readonly wanted: CommandOutcome['kind']
  /** Later steps refer to its transaction by this name. */
  readonly name?: string
}

/** The test host takes a sale of this amount and loses its answer; see docs/host-test-behaviour.md. */
const LOST_REPLY_MINOR = 770_301

function plain(zh: string, en: string, command: TerminalCommand, wanted: Step['wanted']): Step {
  return { zh, en, command: () => command, wanted }
}

function sale(
  zh: string,
  en: string,
  card: CustomerCard,
  amountMinor: number,
  wanted: Step['wanted'] = 'approved',
): Omit<Step, 'name'> {
  return { zh, en, card, command: () => ({ kind: 'sale', amountMinor, tipMinor: 0 }), wanted }
}

function stepsOf(cards: DayCards): readonly Step[] {
  return [
    plain('柜员登录', 'cashier logs on', { kind: 'logOn', operator: '01' }, 'done'),
    plain('签到', 'sign-in: fresh working keys', { kind: 'signIn' }, 'done'),
    ...salesOf(cards),
    ...followUpsOf(cards),
    sale(
      '应答丢失的消费，随后冲正',
      'a sale whose answer is lost, and its reversal',
      cards.stripe,
      LOST_REPLY_MINOR,
      'reversed',
    ),
  ]
}

function salesOf({ chip, stripe, foreign }: DayCards): readonly Step[] {
  return [
    { ...sale('芯片卡消费，输入密码', 'chip sale with PIN', chip, 12_800), name: 'chipSale' },
    { ...sale('磁条卡消费，输入密码', 'stripe sale with PIN', stripe, 4_560), name: 'stripeSale' },
    sale('外卡芯片消费，签名', 'foreign chip sale with signature', foreign, 6_600),
  ]
}

function followUpsOf({ chip, stripe }: DayCards): readonly Step[] {
  return [
    {
      zh: '撤销磁条卡消费（主管授权）',
      en: 'void of the stripe sale, by the supervisor',
      card: stripe,
      command: (approved) => {
        const sale = approved.get('stripeSale')
        return sale && { kind: 'void', stan: sale.stan }
      },
      wanted: 'approved',
    },
    {
      zh: '部分退货（主管授权）',
      en: 'refund of a part of the chip sale, by the supervisor',
      card: chip,
      command: (approved) => refundOf(approved.get('chipSale'), 3_000),
      wanted: 'approved',
    },
    {
      zh: '预授权',
      en: 'pre-authorisation',
      card: chip,
      command: () => ({ kind: 'preAuthorisation', amountMinor: 50_000 }),
      wanted: 'approved',
      name: 'preAuthorisation',
    },
    {
      zh: '预授权完成',
      en: 'completion',
      card: chip,
      command: (approved) => completionOf(approved.get('preAuthorisation'), 38_880),
      wanted: 'approved',
    },
  ]
}

function refundOf(sale: TransactionView | undefined, amountMinor: number): TerminalCommand | undefined {
  if (sale?.referenceNumber === undefined) return undefined
  const { batch, stan, date } = sale
  return {
    kind: 'refund',
    amountMinor,
    originalReferenceNumber: sale.referenceNumber,
    original: { batch, stan, date },
  }
}

function completionOf(hold: TransactionView | undefined, amountMinor: number): TerminalCommand | undefined {
  if (hold?.authorisationCode === undefined) return undefined
  const { batch, stan, date, authorisationCode } = hold
  return { kind: 'completion', amountMinor, authorisationCode, original: { batch, stan, date } }
}

const CLOSING: readonly Step[] = [
  plain('批结算', 'settlement', { kind: 'settle' }, 'settled'),
  plain('签退', 'sign-off', { kind: 'signOff' }, 'done'),
]

export interface DayOptions {
  readonly terminal: Terminal
  readonly cards: DayCards
  /** The customer of the next step. */
  readonly hold: (card: CustomerCard | undefined) => void
  /** Tells which step begins, counted from 1. */
  readonly begin: (number: number, zh: string, en: string) => void
  readonly end: (outcome: CommandOutcome) => void
}

/** A whole terminal day without a person. It goes on after a failure, so that the end tells all of them. */
export async function runDay(options: DayOptions): Promise<DayResult> {
  const { terminal } = options
  const failures: string[] = []
  const approved = new Map<string, TransactionView>()
  let number = 0
  const perform = async (step: Step): Promise<CommandOutcome | undefined> => {
    number += 1
    options.begin(number, step.zh, step.en)
    const command = step.command(approved)
    if (command === undefined) {
      failures.push(`${number} ${step.en}: there is nothing it could refer to`)
      return undefined
    }
    options.hold(step.card)
    const outcome = await terminal.run(command)
    options.hold(undefined)
    options.end(outcome)
    if (outcome.kind !== step.wanted) failures.push(`${number} ${step.en}: ${outcome.kind}`)
    if (outcome.kind === 'approved' && step.name !== undefined) approved.set(step.name, outcome.transaction)
    return outcome
  }
  for (const step of stepsOf(options.cards)) await perform(step)
  const journal = await terminal.run({ kind: 'transactions' })
  let settlement: SettlementSummary | undefined
  for (const step of CLOSING) {
    const outcome = await perform(step)
    if (outcome?.kind === 'settled') settlement = outcome.summary
  }
  if (journal.kind !== 'transactions') failures.push(`the journal could not be listed: ${journal.kind}`)
  return {
    failures,
    batch: journal.kind === 'transactions' ? journal.batch : '',
    transactions: journal.kind === 'transactions' ? journal.items : [],
    settlement,
  }
}
