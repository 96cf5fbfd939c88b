import { BITMAP_TRANSACTIONS } from '../../iso8583/subfields/transaction-bitmap.ts'
import type { Sentence, ValueRule } from './value-check.ts'

/** One value that a person may set. */
export interface ValueDefinition {
  /** Code, tag or member. */
  readonly key: string
  readonly name: Sentence
  readonly rule: ValueRule
  /** What it does; where it does nothing, why. */
  readonly effect: Sentence
  /** May be left out. */
  readonly isOptional?: true
}

function define(
  key: string,
  rule: ValueRule,
  zh: string,
  en: string,
  effectZh = '',
  effectEn = '',
): ValueDefinition {
  return { key, rule, name: { zh, en }, effect: { zh: effectZh, en: effectEn } }
}

const FLAG = { kind: 'flag' } as const
const DIALLED = [
  '仅拨号线路使用；本终端经网络连接。',
  'For dialled lines; this terminal uses a network.',
] as const
const number = (size: number, min: number, max: number): ValueRule => ({ kind: 'number', size, min, max })

/** Parameters of a terminal by their two-character code; 22, the merchant's name, is filled in for each. Source: unionpay-pos, 5.3. */
export const PARAMETERS: readonly ValueDefinition[] = [
  define(
    '11',
    number(2, 0, 99),
    '应用类型',
    'Application type',
    '仅记录：报文头的应用类别由每笔交易决定。',
    'Noted only: each message says its own class in its header.',
  ),
  define(
    '12',
    number(2, 5, 99),
    '应答超时（秒）',
    'Reply time-out, seconds',
    '等待主机应答的时间。',
    'How long it waits for an answer.',
  ),
  define(
    '13',
    number(1, 1, 9),
    '连接次数',
    'Attempts to connect',
    '每次通讯最多连接的次数，之后报“无法连接”。',
    'How often it tries to connect for a message before it says that there is no connection.',
  ),
  define('14', { kind: 'phone' }, '电话 1', 'Phone 1', ...DIALLED),
  define('15', { kind: 'phone' }, '电话 2', 'Phone 2', ...DIALLED),
  define('16', { kind: 'phone' }, '电话 3', 'Phone 3', ...DIALLED),
  define('17', { kind: 'phone' }, '管理电话', 'Management phone', ...DIALLED),
  define(
    '18',
    FLAG,
    '支持小费',
    'Tips',
    '开启后消费时询问小费；关闭时主机也拒绝。',
    'On: sales ask for a tip. Off: the host refuses one too.',
  ),
  define(
    '19',
    number(2, 0, 99),
    '小费上限（%）',
    'Largest tip, percent',
    '终端和主机都不接受超过此比例的小费；不下发则为 99。',
    'Neither terminal nor host takes a larger one; not sent: 99.',
  ),
  define(
    '20',
    FLAG,
    '手工输入卡号',
    'Card numbers by keys',
    '关闭后不能手输卡号。',
    'Off: a card number can not be keyed.',
  ),
  define(
    '21',
    FLAG,
    '结算后自动签退',
    'Sign off after settlement',
    '结算完成后自动签退。',
    'It signs off by itself once it has settled.',
  ),
  define(
    '23',
    number(1, 1, 9),
    '重发次数',
    'Attempts to send again',
    '冲正、脚本结果和通知的发送次数。',
    'How often a reversal, a script result or a notice is sent.',
  ),
  define(
    '24',
    number(1, 0, 2),
    '离线上送方式',
    'Offline sales are sent',
    '0 下一笔联机交易前，1 结算时，2 线路恢复后即送（本系统自定）。',
    '0 before the next online transaction, 1 with the settlement, 2 when the line is back (ours).',
  ),
  define(
    '25',
    number(1, 0, 9),
    '主密钥索引',
    'Master key index',
    '密码键盘只有一个主密钥：仅记录。',
    'The PIN pad holds one master key: noted only.',
  ),
  define(
    '26',
    { kind: 'bitmap', bits: BITMAP_TRANSACTIONS },
    '交易开关',
    'Transactions switched on',
    '关闭的交易，终端不做，主机也拒绝。',
    'What is off is refused by the terminal and by the host.',
  ),
  define(
    '27',
    number(2, 1, 99),
    '离线笔数上限',
    'Largest number of offline sales',
    '未上送的离线消费达到此数后不再接受。',
    'No further one while so many wait to be sent.',
  ),
]

const AMOUNT = { kind: 'amount' } as const

/** Contactless parameters by their tag. Source: unionpay-pos, 5.3, source CT. */
export const CONTACTLESS: readonly ValueDefinition[] = [
  define('FF805D', FLAG, '优先方式', 'Priority', '0 联机，1 电子现金。', '0 online, 1 electronic cash.'),
  define('FF803A', number(3, 0, 999), '闪卡重刷时间（秒）', 'Tap again within, seconds'),
  define('FF803C', number(3, 0, 999), '闪卡记录保留（秒）', 'Torn records are kept, seconds'),
  define(
    'FF8054',
    FLAG,
    '小额免密免签',
    'Quick service',
    '关闭后每笔挥卡都要密码。',
    'Off: every tap asks for the PIN.',
  ),
  define('FF8055', { kind: 'text', max: 99 }, 'BIN 表 A', 'BIN table A'),
  define('FF8056', { kind: 'text', max: 99 }, 'BIN 表 B', 'BIN table B'),
  define(
    'FF8057',
    FLAG,
    'CDCVM',
    'Verified on the device',
    '手机已验证持卡人时不再要密码。',
    'A phone that has verified its holder needs no PIN.',
  ),
  define(
    'FF8058',
    AMOUNT,
    '免密限额（分）',
    'Without PIN below, minor units',
    '低于此金额的挥卡消费不要密码。',
    'A sale by tap below it asks for no PIN.',
  ),
  define(
    'FF8059',
    AMOUNT,
    '免签限额（分）',
    'Without signature below, minor units',
    '低于此金额且未输密码时不签名。',
    'Below it a sale without PIN is not signed.',
  ),
  define(
    'FF805A',
    FLAG,
    '免签开关',
    'Without signature',
    '关闭后未输密码的挥卡都要签名。',
    'Off: a tap without PIN is signed.',
  ),
]

const hex = (min: number, max = min): ValueRule => ({ kind: 'hex', min, max })

/** Ten digits at most: what a page can hold without rounding. Source: unionpay-pos, 5.3, DF19 to DF21, 9F7B. */
function limit(key: string, zh: string, en: string, effectZh: string, effectEn: string): ValueDefinition {
  const rule = { kind: 'number', size: 0, min: 0, max: 9_999_999_999 } as const
  return { ...define(key, rule, zh, en, effectZh, effectEn), isOptional: true }
}

/** Members of an application. Source: unionpay-pos, 5.3, AID TLV. */
export const APPLICATION_MEMBERS: readonly ValueDefinition[] = [
  define('aid', hex(5, 16), '应用标识 AID', 'Application identifier'),
  define('partialMatch', FLAG, '部分匹配', 'Partial match'),
  define('version', hex(2), '应用版本', 'Version'),
  define('tacDefault', hex(5), 'TAC 缺省', 'TAC default'),
  define('tacOnline', hex(5), 'TAC 联机', 'TAC online'),
  define('tacDenial', hex(5), 'TAC 拒绝', 'TAC denial'),
  define(
    'floorLimitMinor',
    { kind: 'number', size: 0, min: 0, max: 0xffff_ffff },
    '最低限额（分）',
    'Floor limit, minor units',
  ),
  define(
    'thresholdMinor',
    { kind: 'number', size: 0, min: 0, max: 0xffff_ffff },
    '偏置随机阈值（分）',
    'Biased random threshold',
  ),
  define(
    'maximumPercent',
    { kind: 'number', size: 0, min: 0, max: 99 },
    '最大目标百分数',
    'Maximum target percent',
  ),
  define('targetPercent', { kind: 'number', size: 0, min: 0, max: 99 }, '目标百分数', 'Target percent'),
  define('defaultDdol', hex(1, 32), '缺省 DDOL', 'Default DDOL'),
  define('onlinePin', FLAG, '联机 PIN', 'Online PIN'),
  limit(
    'contactlessFloorMinor',
    'DF19 · 非接联机限额（分）',
    'DF19 · Taps: floor limit, minor units',
    '达到此金额的挥卡交易必须联机。',
    'From it on a tap is decided by the issuer.',
  ),
  limit(
    'contactlessTransactionMinor',
    'DF20 · 非接交易限额（分）',
    'DF20 · Taps: limit of a transaction, minor units',
    '达到此金额须插卡；不填则此应用不能挥卡。',
    'From it on the card is put in; left out: no taps at all.',
  ),
  limit(
    'contactlessVerificationMinor',
    'DF21 · 非接验证限额（分）',
    'DF21 · Taps: limit without PIN, minor units',
    '达到此金额须验证持卡人；银联卡以免密限额为准。',
    'From it on the holder is verified; home cards go by the limit without PIN.',
  ),
  limit(
    'electronicCashMinor',
    '9F7B · 电子现金交易限额（分）',
    '9F7B · Limit of electronic cash, minor units',
    '仅下发：本终端不做电子现金交易。',
    'Sent only: this terminal takes no electronic cash.',
  ),
]

/** Members of a public key of a certification authority. Source: unionpay-pos, 5.3, CAPK TLV. */
export const CA_KEY_MEMBERS: readonly ValueDefinition[] = [
  define('rid', hex(5), 'RID', 'RID'),
  define('index', hex(1), '索引', 'Index'),
  define('modulus', hex(64, 248), '模数', 'Modulus'),
  define('exponent', { kind: 'choice', values: ['03', '010001'] }, '指数', 'Exponent'),
  define('expiry', { kind: 'date' }, '有效期', 'Expires'),
]
