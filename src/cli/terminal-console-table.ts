import { DOWNLOAD_SETS } from '../terminal/flows/download-model.ts'
import {
  ACTIVATION_CODE,
  AMOUNT,
  type Arguments,
  AUTHORISATION,
  CHECK_VALUE,
  COMMISSION_STEP,
  KEY_BLOCK,
  OPERATOR,
  ORIGINAL,
  oneOf,
  PAYMENT_CODE,
  REFERENCE,
  STAN,
  TIP_AMOUNT,
  VOUCHER,
} from './terminal-console-arguments.ts'
import { type CommandEntry, type ConsoleCommand, given, run } from './terminal-console-entry.ts'

function keyed(args: Arguments): { readonly entry?: 'keyed' } {
  return args.has('keyed') ? { entry: 'keyed' } : {}
}

function followUp(kind: 'preAuthorisationCancel' | 'completion' | 'completionAdvice') {
  return (args: Arguments): ConsoleCommand => {
    const amount = given('amountMinor', args.take(AMOUNT))
    const code = given('authorisationCode', args.take(AUTHORISATION))
    return run({ kind, ...amount, ...code, ...given('original', args.take(ORIGINAL)), ...keyed(args) })
  }
}

/** Commands that take nothing. */
type Plain =
  | 'balance'
  | 'codeQuery'
  | 'settle'
  | 'signIn'
  | 'signOff'
  | 'echo'
  | 'logOff'
  | 'changePassword'
  | 'sendPending'
  | 'printOwed'
  | 'transactions'
  | 'deviceReport'
  | 'uploadStatus'
  | 'loadPackage'

function plain(kind: Plain): () => ConsoleCommand {
  return () => run({ kind })
}

/** Every command of the operator's console: what it is called, what it takes, what it says of itself. */
export const CONSOLE_COMMANDS: readonly CommandEntry[] = [
  {
    name: 'sale',
    aliases: ['消费'],
    usage: 'sale [AMOUNT [CURRENCY]] [tip AMOUNT] [keyed]',
    summary: {
      zh: '消费；可写币种、小费；keyed 表示手工输入卡号',
      en: 'sale; a currency such as USD; a tip on top; keyed: the card number is typed',
    },
    build: (args) => {
      const money = args.takeMoney()
      return run({ kind: 'sale', ...money, ...args.takeTip(money.currency), ...keyed(args) })
    },
  },
  {
    name: 'void',
    aliases: ['撤销'],
    usage: 'void [TRACE]',
    summary: { zh: '撤销本批次的一笔消费', en: 'void a sale of this batch' },
    build: (args) => run({ kind: 'void', ...given('stan', args.take(STAN)) }),
  },
  {
    name: 'tip',
    aliases: ['小费'],
    usage: 'tip [TRACE] [AMOUNT]',
    summary: { zh: '为本批次的一笔消费加小费', en: 'add the tip that was written on the slip of a sale' },
    build: (args) => {
      const stan = given('stan', args.take(STAN))
      return run({ kind: 'tipAdjustment', ...stan, ...given('tipMinor', args.take(TIP_AMOUNT)) })
    },
  },
  {
    name: 'refund',
    aliases: ['退货'],
    usage: 'refund [AMOUNT [CURRENCY]] [REFERENCE] [BATCH-TRACE-MMDD] [keyed]',
    summary: { zh: '退货', en: 'refund of an earlier sale' },
    build: (args) => {
      const amount = args.takeMoney()
      const reference = given('originalReferenceNumber', args.take(REFERENCE))
      const original = given('original', args.take(ORIGINAL))
      return run({ kind: 'refund', ...amount, ...reference, ...original, ...keyed(args) })
    },
  },
  {
    name: 'qr-pay',
    aliases: ['扫码'],
    usage: 'qr-pay [AMOUNT] [CODE]',
    summary: { zh: '扫描顾客付款码收款', en: "take the code that the customer's phone shows" },
    build: (args) => {
      const amount = given('amountMinor', args.take(AMOUNT))
      return run({ kind: 'codeSale', ...amount, ...given('code', args.take(PAYMENT_CODE)) })
    },
  },
  {
    name: 'qr-show',
    aliases: ['收款码'],
    usage: 'qr-show [AMOUNT]',
    summary: { zh: '展示收款码，由顾客扫描', en: 'show a code for the customer to scan' },
    build: (args) => run({ kind: 'codeOrder', ...given('amountMinor', args.take(AMOUNT)) }),
  },
  {
    name: 'qr-query',
    aliases: ['扫码查询'],
    usage: 'qr-query',
    summary: { zh: '查询未完成的扫码订单', en: 'ask what became of the open order' },
    build: plain('codeQuery'),
  },
  {
    name: 'qr-refund',
    aliases: ['扫码退货'],
    usage: 'qr-refund AMOUNT VOUCHER',
    summary: { zh: '按付款凭证号退货', en: 'refund of a payment by code' },
    build: (args) => {
      const amount = given('amountMinor', args.require(AMOUNT))
      return run({ kind: 'refund', ...amount, ...given('voucher', args.require(VOUCHER)) })
    },
  },
  {
    name: 'balance',
    aliases: ['余额'],
    usage: 'balance',
    summary: { zh: '余额查询', en: 'balance enquiry' },
    build: plain('balance'),
  },
  {
    name: 'preauth',
    aliases: ['预授权'],
    usage: 'preauth [AMOUNT] [keyed]',
    summary: { zh: '预授权', en: 'pre-authorisation' },
    build: (args) =>
      run({ kind: 'preAuthorisation', ...given('amountMinor', args.take(AMOUNT)), ...keyed(args) }),
  },
  {
    name: 'cancel-preauth',
    aliases: ['预授权撤销'],
    usage: 'cancel-preauth [AMOUNT] [AUTHCODE] [BATCH-TRACE-MMDD] [keyed]',
    summary: { zh: '预授权撤销', en: 'cancel a pre-authorisation' },
    build: followUp('preAuthorisationCancel'),
  },
  {
    name: 'complete',
    aliases: ['预授权完成'],
    usage: 'complete [AMOUNT] [AUTHCODE] [BATCH-TRACE-MMDD] [keyed]',
    summary: { zh: '预授权完成（请求）', en: 'complete a pre-authorisation (request)' },
    build: followUp('completion'),
  },
  {
    name: 'complete-advice',
    aliases: ['预授权完成通知'],
    usage: 'complete-advice [AMOUNT] [AUTHCODE] [BATCH-TRACE-MMDD] [keyed]',
    summary: { zh: '预授权完成（通知）', en: 'complete a pre-authorisation (advice)' },
    build: followUp('completionAdvice'),
  },
  {
    name: 'void-completion',
    aliases: ['预授权完成撤销'],
    usage: 'void-completion [TRACE]',
    summary: { zh: '预授权完成撤销', en: 'void a completion of this batch' },
    build: (args) => run({ kind: 'completionVoid', ...given('stan', args.take(STAN)) }),
  },
  {
    name: 'settle',
    aliases: ['结算'],
    usage: 'settle',
    summary: { zh: '批结算', en: 'settle the batch' },
    build: plain('settle'),
  },
  {
    name: 'signin',
    aliases: ['签到'],
    usage: 'signin',
    summary: { zh: '签到，取工作密钥', en: 'sign in: fresh working keys' },
    build: plain('signIn'),
  },
  {
    name: 'signoff',
    aliases: ['签退'],
    usage: 'signoff',
    summary: { zh: '签退', en: 'sign off' },
    build: plain('signOff'),
  },
  {
    name: 'echo',
    aliases: ['回响'],
    usage: 'echo',
    summary: { zh: '线路测试', en: 'test the line to the host' },
    build: plain('echo'),
  },
  {
    name: 'download',
    aliases: ['下载'],
    usage: 'download [parameters|caKeys|applications|blacklist|contactless|rates]',
    summary: {
      zh: '从主机下载参数、公钥、黑名单等',
      en: 'load parameters, keys, lists from the host; all without a name',
    },
    build: (args) => run({ kind: 'download', set: args.take(oneOf(...DOWNLOAD_SETS)) ?? 'all' }),
  },
  {
    name: 'upload-status',
    aliases: ['状态上送'],
    usage: 'upload-status',
    summary: { zh: '上送终端状态', en: 'tell the host how the devices are' },
    build: plain('uploadStatus'),
  },
  {
    name: 'load-package',
    aliases: ['软件下载'],
    usage: 'load-package',
    summary: {
      zh: '下载软件包,下次启动生效',
      en: 'load the host’s software package; in force from the next start',
    },
    build: plain('loadPackage'),
  },
  {
    name: 'send',
    aliases: ['发送'],
    usage: 'send',
    summary: {
      zh: '立即发送冲正、脚本结果、通知',
      en: 'send what is owed: reversal, script results, notices',
    },
    build: plain('sendPending'),
  },
  {
    name: 'reprint',
    aliases: ['重打印'],
    usage: 'reprint [TRACE]',
    summary: { zh: '重打印一张签购单（不给流水号：最后一张）', en: 'print a slip again (the last one)' },
    build: (args) => run({ kind: 'reprint', ...given('stan', args.take(STAN)) }),
  },
  {
    name: 'print',
    aliases: ['补打'],
    usage: 'print',
    summary: { zh: '打印还没打出的单据', en: 'print the slips that did not come out' },
    build: plain('printOwed'),
  },
  {
    name: 'report',
    aliases: ['报表'],
    usage: 'report [totals|transactions]',
    summary: { zh: '打印批次汇总或明细', en: 'print the totals or the transactions of the batch' },
    build: (args) => run({ kind: 'report', ...given('detail', args.take(oneOf('totals', 'transactions'))) }),
  },
  {
    name: 'transactions',
    aliases: ['明细'],
    usage: 'transactions',
    summary: { zh: '显示本批次交易', en: 'show the transactions of this batch' },
    build: plain('transactions'),
  },
  {
    name: 'devices',
    aliases: ['设备'],
    usage: 'devices',
    summary: { zh: '外设状态', en: 'state of the devices' },
    build: plain('deviceReport'),
  },
  {
    name: 'login',
    aliases: ['登录'],
    usage: 'login [OPERATOR]',
    summary: { zh: '操作员登录', en: 'log an operator on' },
    build: (args) => run({ kind: 'logOn', ...given('operator', args.take(OPERATOR)) }),
  },
  {
    name: 'logout',
    aliases: ['退出登录'],
    usage: 'logout',
    summary: { zh: '操作员退出', en: 'log the operator off' },
    build: plain('logOff'),
  },
  {
    name: 'password',
    aliases: ['改密'],
    usage: 'password',
    summary: { zh: '修改自己的密码', en: 'change your own password' },
    build: plain('changePassword'),
  },
  {
    name: 'add-operator',
    aliases: ['增加操作员'],
    usage: 'add-operator [OPERATOR] [cashier|supervisor]',
    summary: { zh: '增加操作员', en: 'add an operator' },
    build: (args) => {
      const number = given('number', args.take(OPERATOR))
      return run({
        kind: 'addOperator',
        ...number,
        ...given('role', args.take(oneOf('cashier', 'supervisor'))),
      })
    },
  },
  {
    name: 'remove-operator',
    aliases: ['删除操作员'],
    usage: 'remove-operator [OPERATOR]',
    summary: { zh: '删除操作员', en: 'remove an operator' },
    build: (args) => run({ kind: 'removeOperator', ...given('number', args.take(OPERATOR)) }),
  },
  {
    name: 'load-key',
    aliases: ['下装主密钥'],
    usage: 'load-key KEYBLOCK',
    summary: { zh: '下装新的终端主密钥', en: 'load a new terminal master key' },
    build: (args) => run({ kind: 'loadMasterKey', keyBlock: args.require(KEY_BLOCK) ?? '' }),
  },
  {
    name: 'load-components',
    aliases: ['输入密钥分量'],
    usage: 'load-components [CHECKVALUE]',
    summary: {
      zh: '三人各输入一个密钥分量',
      en: 'three people each type a component of the master key',
    },
    build: (args) => run({ kind: 'loadMasterKeyComponents', ...given('checkValue', args.take(CHECK_VALUE)) }),
  },
  {
    name: 'activate',
    aliases: ['激活'],
    usage: 'activate CODE',
    summary: { zh: '用激活码开通新终端', en: 'make a new terminal what its activation code says' },
    build: (args) => ({ kind: 'activate', code: args.require(ACTIVATION_CODE) ?? '' }),
  },
  {
    name: 'commission',
    aliases: ['验收'],
    usage: 'commission [STEP|all] [again]',
    summary: {
      zh: '验收步骤：结果、启用前还缺什么；做一步或全部；again 重做',
      en: 'steps before go-live: results, what is missing; do one or all; again: also what passed',
    },
    build: (args) => {
      const isAgain = args.has('again')
      const step = isAgain ? 'all' : args.take(COMMISSION_STEP)
      return { kind: 'commission', ...given('step', step), again: isAgain || args.has('again') }
    },
  },
  {
    name: 'language',
    aliases: ['语言'],
    usage: 'language zh|en|both',
    summary: { zh: '界面语言', en: 'language of the screens' },
    build: (args) => ({ kind: 'language', language: args.require(oneOf('zh', 'en', 'both')) ?? 'both' }),
  },
  {
    name: 'help',
    aliases: ['帮助', '?'],
    usage: 'help',
    summary: { zh: '显示本说明', en: 'show this list' },
    build: () => ({ kind: 'help' }),
  },
  {
    name: 'quit',
    aliases: ['退出', 'exit'],
    usage: 'quit',
    summary: { zh: '关机', en: 'switch the terminal off' },
    build: () => ({ kind: 'quit' }),
  },
]
