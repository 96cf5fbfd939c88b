import type { TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import type { Transaction } from '../../src/terminal/flows/terminal-model.ts'

/** What stands behind a deed in a scenario. */
export type DeedValue = 'amount' | 'original' | 'duration' | 'text' | 'none'

interface DeedInfo {
  readonly value: DeedValue
  /** It needs a customer with a card. */
  readonly card: boolean
  readonly zh: string
  readonly en: string
}

const PLAIN: Omit<DeedInfo, 'en' | 'zh'> = { value: 'none', card: false }

/** What the people of a scenario can do, by the name in the file. */
export const DEEDS = {
  sale: { value: 'amount', card: true, zh: '消费', en: 'the cashier sells for an amount' },
  'keyed sale': { value: 'amount', card: true, zh: '手输卡号消费', en: 'a sale whose card number is keyed' },
  'pay by code': {
    value: 'amount',
    card: false,
    zh: '顾客出示付款码',
    en: "the cashier scans the code of a customer's phone",
  },
  'show code': {
    value: 'amount',
    card: false,
    zh: '商户出示收款码',
    en: 'the terminal shows a code, the customer scans it and answers',
  },
  'query code': { ...PLAIN, zh: '查询付款结果', en: 'asks whether the last code was paid' },
  void: { value: 'original', card: true, zh: '消费撤销', en: 'takes back a sale of the batch' },
  refund: { value: 'original', card: true, zh: '退货', en: 'gives back a sale, or `amount` of it' },
  balance: { value: 'none', card: true, zh: '查询余额', en: 'asks what is on the card' },
  'pre-authorisation': { value: 'amount', card: true, zh: '预授权', en: 'reserves an amount' },
  completion: {
    value: 'original',
    card: true,
    zh: '预授权完成',
    en: 'takes `amount` of what was reserved, online',
  },
  'completion advice': {
    value: 'original',
    card: true,
    zh: '预授权完成通知',
    en: 'takes it and tells the host',
  },
  'cancel pre-authorisation': {
    value: 'original',
    card: true,
    zh: '预授权撤销',
    en: 'gives the reservation up',
  },
  'void completion': { value: 'original', card: true, zh: '预授权完成撤销', en: 'takes back a completion' },
  settle: { ...PLAIN, zh: '批结算', en: 'compares totals, uploads where they differ, closes the batch' },
  'sign in': { ...PLAIN, zh: '签到', en: 'gets new working keys' },
  'sign off': { ...PLAIN, zh: '签退', en: 'gives the working keys up' },
  echo: { ...PLAIN, zh: '线路测试', en: 'tests the line' },
  reprint: { value: 'text', card: false, zh: '重打印', en: 'prints the last slip again, or `settlement`' },
  report: { ...PLAIN, zh: '打印统计', en: 'prints the totals of the batch' },
  'log on': { value: 'text', card: false, zh: '操作员登录', en: 'an operator logs on, by number' },
  'log off': { ...PLAIN, zh: '操作员退出', en: 'the operator logs off' },
  'send pending': {
    ...PLAIN,
    zh: '补发冲正与通知',
    en: 'sends what is owed: reversal, notices, script results',
  },
  'print owed': { ...PLAIN, zh: '补打单据', en: 'prints the slips that are owed' },
  devices: { ...PLAIN, zh: '检查外设', en: 'looks which devices are there' },
  'power cycle': { ...PLAIN, zh: '关机再开机', en: 'the terminal is switched off and on' },
  wait: { value: 'duration', card: false, zh: '等待', en: 'time goes by' },
} as const satisfies { readonly [name: string]: DeedInfo }

export type ScenarioDeed = keyof typeof DEEDS

export const DEED_NAMES = Object.keys(DEEDS) as readonly ScenarioDeed[]

/** What a deed may know when it becomes a command. */
export interface DeedContext {
  readonly amountMinor: number | undefined
  readonly argument: string | undefined
  /** The code on the customer's phone. */
  readonly code: string | undefined
  /** The transaction that it refers to, as the terminal has it. */
  readonly original: Transaction | undefined
  /** Where the terminal does not have it: the trace number that is asked for all the same. */
  readonly originalStan: string | undefined
}

/** The command that a deed gives the terminal; undefined when it is none. */
export function commandOf(deed: ScenarioDeed, context: DeedContext): TerminalCommand | undefined {
  const amountMinor = context.amountMinor ?? 0
  switch (deed) {
    case 'sale':
      return { kind: 'sale', amountMinor }
    case 'keyed sale':
      return { kind: 'sale', amountMinor, entry: 'keyed' }
    case 'balance':
    case 'settle':
    case 'echo':
    case 'report':
      return { kind: deed }
    case 'pre-authorisation':
      return { kind: 'preAuthorisation', amountMinor }
    case 'pay by code':
      return { kind: 'codeSale', amountMinor, code: context.code ?? '' }
    case 'show code':
      return { kind: 'codeOrder', amountMinor }
    case 'query code':
      return { kind: 'codeQuery' }
    case 'void':
    case 'void completion':
    case 'refund':
    case 'completion':
    case 'completion advice':
    case 'cancel pre-authorisation':
      return followUp(deed, context)
    default:
      return managementOf(deed, context)
  }
}

type FollowUpDeed =
  | 'void'
  | 'void completion'
  | 'refund'
  | 'completion'
  | 'completion advice'
  | 'cancel pre-authorisation'

function followUp(deed: FollowUpDeed, context: DeedContext): TerminalCommand {
  const { original, originalStan, amountMinor } = context
  const stan = original?.request.stan ?? originalStan ?? '000000'
  if (deed === 'void') return { kind: 'void', stan }
  if (deed === 'void completion') return { kind: 'completionVoid', stan }
  const amount = amountMinor ?? original?.amountMinor ?? 0
  const reference = {
    batch: original?.request.batch ?? '000000',
    stan,
    date: original?.reply?.date ?? '0000',
  }
  if (deed === 'refund') {
    return {
      kind: 'refund',
      amountMinor: amount,
      originalReferenceNumber: original?.reply?.referenceNumber ?? '000000000000',
      original: reference,
    }
  }
  const code = original?.reply?.authorisationCode
  const common = { original: reference, ...(code === undefined ? {} : { authorisationCode: code }) }
  if (deed === 'cancel pre-authorisation') return { kind: 'preAuthorisationCancel', ...common }
  return {
    kind: deed === 'completion' ? 'completion' : 'completionAdvice',
    amountMinor: amount,
    ...common,
  }
}

function managementOf(deed: ScenarioDeed, { argument }: DeedContext): TerminalCommand | undefined {
  switch (deed) {
    case 'sign in':
      return { kind: 'signIn' }
    case 'sign off':
      return { kind: 'signOff' }
    case 'log off':
      return { kind: 'logOff' }
    case 'log on':
      return { kind: 'logOn', operator: argument ?? '01' }
    case 'reprint':
      return argument === 'settlement' ? { kind: 'reprint', settlement: true } : { kind: 'reprint' }
    case 'send pending':
      return { kind: 'sendPending' }
    case 'print owed':
      return { kind: 'printOwed' }
    case 'devices':
      return { kind: 'deviceReport' }
    default:
      return undefined
  }
}

/** Deeds with a customer who holds a phone. */
export const PHONE_DEEDS: readonly ScenarioDeed[] = ['pay by code', 'show code', 'query code']
