import { canScanCode, canShowCode } from '../flows/code-payment.ts'
import type { TerminalCommand } from '../flows/terminal-command.ts'
import type { TerminalProfile } from '../flows/terminal-profile.ts'
import { takesTipsAfterwards } from '../flows/tip-rules.ts'
import type { TransactionType } from '../flows/transaction-type.ts'

/** A text in both languages. */
export interface Bilingual {
  readonly zh: string
  readonly en: string
}

/** What whoever runs the terminal does for it, beside its commands. */
export type TerminalService = 'activate' | 'commission' | 'train' | 'exercises' | 'leaveTraining'

/** `boxed`: still what left the factory. */
export type KeypadMode = 'live' | 'training' | 'boxed'

/** A command, a service, or a menu of its own. */
export interface MenuItem {
  readonly name: Bilingual
  readonly command?: TerminalCommand
  readonly service?: TerminalService
  readonly items?: readonly MenuItem[]
}

function item(zh: string, en: string, command: TerminalCommand): MenuItem {
  return { name: { zh, en }, command }
}

function service(zh: string, en: string, name: TerminalService): MenuItem {
  return { name: { zh, en }, service: name }
}

function menu(zh: string, en: string, ...items: readonly MenuItem[]): MenuItem {
  return { name: { zh, en }, items }
}

/** Everything that an operator may ask for. What a command needs, it asks. */
const EVERYTHING: readonly MenuItem[] = [
  item('消费', 'Sale', { kind: 'sale' }),
  item('撤销', 'Void', { kind: 'void' }),
  item('退货', 'Refund', { kind: 'refund' }),
  item('小费调整', 'Add a tip', { kind: 'tipAdjustment' }),
  menu(
    '预授权',
    'Pre-authorisation',
    item('预授权', 'Pre-authorisation', { kind: 'preAuthorisation' }),
    item('预授权撤销', 'Cancel', { kind: 'preAuthorisationCancel' }),
    item('预授权完成', 'Completion', { kind: 'completion' }),
    item('预授权完成通知', 'Completion advice', { kind: 'completionAdvice' }),
    item('完成撤销', 'Completion void', { kind: 'completionVoid' }),
  ),
  menu(
    '扫码',
    'Pay by code',
    item('顾客出示付款码', 'Customer shows a code', { kind: 'codeSale' }),
    item('商户出示收款码', 'Merchant shows a code', { kind: 'codeOrder' }),
    item('查询付款结果', 'Was it paid?', { kind: 'codeQuery' }),
  ),
  item('余额查询', 'Balance', { kind: 'balance' }),
  menu(
    '结算与打印',
    'Settlement, prints',
    item('结算', 'Settle the batch', { kind: 'settle' }),
    item('重打最后一笔', 'Reprint the last slip', { kind: 'reprint' }),
    item('重打结算单', 'Reprint the settlement', { kind: 'reprint', settlement: true }),
    item('打印欠打单据', 'Print what is owed', { kind: 'printOwed' }),
    item('批次合计', 'Totals of the batch', { kind: 'report', detail: 'totals' }),
    item('批次明细', 'Transactions of the batch', { kind: 'report', detail: 'transactions' }),
  ),
  menu(
    '管理',
    'Management',
    item('签到', 'Sign in', { kind: 'signIn' }),
    item('签退', 'Sign off', { kind: 'signOff' }),
    item('线路测试', 'Line test', { kind: 'echo' }),
    item('补发冲正与通知', 'Send what is owed', { kind: 'sendPending' }),
    item('下载全部参数', 'Load all from the host', { kind: 'download', set: 'all' }),
    item('上送终端状态', 'Send the status', { kind: 'uploadStatus' }),
    item('设备报告', 'Device report', { kind: 'deviceReport' }),
    service('开通与验收', 'Commissioning', 'commission'),
    service('训练模式', 'Training mode', 'train'),
    service('练习进度', 'Exercises', 'exercises'),
    service('退出训练', 'Leave the training', 'leaveTraining'),
  ),
  menu(
    '操作员',
    'Operators',
    item('登录', 'Log on', { kind: 'logOn' }),
    item('退出', 'Log off', { kind: 'logOff' }),
    item('修改密码', 'Change the password', { kind: 'changePassword' }),
    item('增加操作员', 'Add an operator', { kind: 'addOperator' }),
    item('删除操作员', 'Remove an operator', { kind: 'removeOperator' }),
  ),
]

/**
 * The menu of a terminal: what its type has no device for, or what its profile or parameter 26 switches off, is not offered.
 * `services`: those that whoever runs the terminal can do; the others are not offered either.
 */
export function keypadMenu(
  profile: TerminalProfile,
  mode: KeypadMode = 'live',
  services: readonly TerminalService[] = [],
): readonly MenuItem[] {
  const usable = services.filter((each) => IN_TRAINING.includes(each) === (mode === 'training'))
  return offered(mode === 'boxed' ? BOXED : EVERYTHING, profile, usable)
}

const BOXED: readonly MenuItem[] = [
  service('输入激活码开通', 'Enter the activation code', 'activate'),
  item('设备报告', 'Device report', { kind: 'deviceReport' }),
]
const IN_TRAINING: readonly TerminalService[] = ['exercises', 'leaveTraining']

function offered(
  items: readonly MenuItem[],
  profile: TerminalProfile,
  services: readonly TerminalService[],
): readonly MenuItem[] {
  return items.flatMap((each): readonly MenuItem[] => {
    if (each.items !== undefined) {
      const inside = offered(each.items, profile, services)
      return inside.length === 0 ? [] : [{ ...each, items: inside }]
    }
    if (each.service !== undefined) return services.includes(each.service) ? [each] : []
    return each.command === undefined || isOffered(each.command, profile) ? [each] : []
  })
}

/** Transactions that a command may come to; one that is on is enough to offer it. */
const TRANSACTIONS_OF: { readonly [kind in TerminalCommand['kind']]?: readonly TransactionType[] } = {
  sale: ['sale'],
  codeSale: ['sale'],
  codeOrder: ['sale'],
  codeQuery: ['sale'],
  void: ['saleVoid', 'completionVoid'],
  refund: ['refund'],
  balance: ['balance'],
  preAuthorisation: ['preAuthorisation'],
  preAuthorisationCancel: ['preAuthorisationCancel'],
  completion: ['completion'],
  completionAdvice: ['completionAdvice'],
  completionVoid: ['completionVoid'],
}

function isOffered(command: TerminalCommand, profile: TerminalProfile): boolean {
  const { codePayments, printerPresent, transactions } = profile
  const types = TRANSACTIONS_OF[command.kind]
  if (types?.some((type) => transactions.includes(type)) === false) return false
  switch (command.kind) {
    case 'codeSale':
      return codePayments.includes('customerShows') && canScanCode(profile)
    case 'codeOrder':
      return codePayments.includes('merchantShows') && canShowCode(profile)
    case 'codeQuery':
      return codePayments.length > 0
    case 'tipAdjustment':
      return takesTipsAfterwards(profile)
    case 'reprint':
    case 'printOwed':
      return printerPresent
    default:
      return true
  }
}
