/** One bit, or one value of several bits, of a data object. */
export interface BitRow {
  /** From 0. */
  readonly byteIndex: number
  /** The bits that the row looks at. */
  readonly mask: number
  /** Their value when the row applies. */
  readonly value: number
  readonly en: string
  readonly zh: string
}

type Row = readonly [byteIndex: number, mask: number, en: string, zh: string, value?: number]

function rows(list: readonly Row[]): readonly BitRow[] {
  return list.map(([byteIndex, mask, en, zh, value = mask]) => ({ byteIndex, mask, value, en, zh }))
}

/** Laid out as the TVR: it, and the action codes that are compared with it. Source: EMV Book 3, annex C5. */
const VERIFICATION_RESULTS = rows([
  [0, 0x80, 'offline data authentication was not performed', '未进行脱机数据认证'],
  [0, 0x40, 'SDA failed', '静态数据认证失败'],
  [0, 0x20, 'ICC data missing', 'IC 卡数据缺失'],
  [0, 0x10, 'card appears on terminal exception file', '卡片出现在终端异常文件中'],
  [0, 0x08, 'DDA failed', '动态数据认证失败'],
  [0, 0x04, 'CDA failed', '复合动态数据认证失败'],
  [0, 0x02, 'SDA selected', '选择了静态数据认证'],
  [1, 0x80, 'ICC and terminal have different application versions', 'IC 卡和终端应用版本不一致'],
  [1, 0x40, 'expired application', '应用已失效'],
  [1, 0x20, 'application not yet effective', '应用尚未生效'],
  [1, 0x10, 'requested service not allowed for card product', '卡片产品不允许所请求的服务'],
  [1, 0x08, 'new card', '新卡'],
  [2, 0x80, 'cardholder verification was not successful', '持卡人验证失败'],
  [2, 0x40, 'unrecognised CVM', '未知的持卡人验证方法'],
  [2, 0x20, 'PIN try limit exceeded', 'PIN 重试次数超限'],
  [
    2,
    0x10,
    'PIN entry required, but PIN pad not present or not working',
    '要求输入 PIN，但密码键盘不存在或工作不正常',
  ],
  [
    2,
    0x08,
    'PIN entry required, PIN pad present, but PIN was not entered',
    '要求输入 PIN，密码键盘存在，但未输入 PIN',
  ],
  [2, 0x04, 'online PIN entered', '已输入联机 PIN'],
  [3, 0x80, 'transaction exceeds floor limit', '交易超过最低限额'],
  [3, 0x40, 'lower consecutive offline limit exceeded', '超过连续脱机交易下限'],
  [3, 0x20, 'upper consecutive offline limit exceeded', '超过连续脱机交易上限'],
  [3, 0x10, 'transaction selected randomly for online processing', '交易被随机选择联机处理'],
  [3, 0x08, 'merchant forced transaction online', '商户要求联机交易'],
  [4, 0x80, 'default TDOL used', '使用缺省 TDOL'],
  [4, 0x40, 'issuer authentication failed', '发卡行认证失败'],
  [4, 0x20, 'script processing failed before final GENERATE AC', '最后一次 GENERATE AC 之前脚本处理失败'],
  [4, 0x10, 'script processing failed after final GENERATE AC', '最后一次 GENERATE AC 之后脚本处理失败'],
])

/** Source: EMV Book 3, annex C6. */
const STATUS_INFORMATION = rows([
  [0, 0x80, 'offline data authentication was performed', '脱机数据认证已进行'],
  [0, 0x40, 'cardholder verification was performed', '持卡人验证已进行'],
  [0, 0x20, 'card risk management was performed', '卡片风险管理已进行'],
  [0, 0x10, 'issuer authentication was performed', '发卡行认证已进行'],
  [0, 0x08, 'terminal risk management was performed', '终端风险管理已进行'],
  [0, 0x04, 'script processing was performed', '脚本处理已进行'],
])

/** Source: EMV Book 3, annex C1. */
const INTERCHANGE_PROFILE = rows([
  [0, 0x40, 'SDA supported', '支持静态数据认证'],
  [0, 0x20, 'DDA supported', '支持动态数据认证'],
  [0, 0x10, 'cardholder verification is supported', '支持持卡人验证'],
  [0, 0x08, 'terminal risk management is to be performed', '执行终端风险管理'],
  [0, 0x04, 'issuer authentication is supported', '支持发卡行认证'],
  [0, 0x01, 'CDA supported', '支持复合动态数据认证'],
  [1, 0x80, 'EMV mode is supported (contactless)', '支持非接触 EMV 模式'],
])

/** Source: EMV Book 3, annex C2. */
const USAGE_CONTROL = rows([
  [0, 0x80, 'valid for domestic cash transactions', '国内现金交易有效'],
  [0, 0x40, 'valid for international cash transactions', '国际现金交易有效'],
  [0, 0x20, 'valid for domestic goods', '国内商品有效'],
  [0, 0x10, 'valid for international goods', '国际商品有效'],
  [0, 0x08, 'valid for domestic services', '国内服务有效'],
  [0, 0x04, 'valid for international services', '国际服务有效'],
  [0, 0x02, 'valid at ATMs', 'ATM 有效'],
  [0, 0x01, 'valid at terminals other than ATMs', '除 ATM 外的终端有效'],
  [1, 0x80, 'domestic cashback allowed', '允许国内返现'],
  [1, 0x40, 'international cashback allowed', '允许国际返现'],
])

/** Source: EMV Book 4, annex A2. */
const CAPABILITIES = rows([
  [0, 0x80, 'manual key entry', '手工键盘输入'],
  [0, 0x40, 'magnetic stripe', '磁条'],
  [0, 0x20, 'IC with contacts', '接触式 IC 卡'],
  [1, 0x80, 'plaintext PIN for ICC verification', 'IC 卡明文 PIN 验证'],
  [1, 0x40, 'enciphered PIN for online verification', '加密 PIN 联机验证'],
  [1, 0x20, 'signature (paper)', '签名（纸）'],
  [1, 0x10, 'enciphered PIN for offline verification', '加密 PIN 脱机验证'],
  [1, 0x08, 'no CVM required', '无需 CVM'],
  [2, 0x80, 'SDA', '静态数据认证'],
  [2, 0x40, 'DDA', '动态数据认证'],
  [2, 0x20, 'card capture', '吞卡'],
  [2, 0x08, 'CDA', '复合动态数据认证'],
])

/** Source: EMV Book 4, annex A3. */
const ADDITIONAL_CAPABILITIES = rows([
  [0, 0x80, 'cash', '现金'],
  [0, 0x40, 'goods', '商品'],
  [0, 0x20, 'services', '服务'],
  [0, 0x10, 'cashback', '返现'],
  [0, 0x08, 'inquiry', '查询'],
  [0, 0x04, 'transfer', '转账'],
  [0, 0x02, 'payment', '付款'],
  [0, 0x01, 'administrative', '管理'],
  [1, 0x80, 'cash deposit', '存款'],
  [2, 0x80, 'numeric keys', '数字键'],
  [2, 0x40, 'alphabetical and special character keys', '字母和特殊字符键'],
  [2, 0x20, 'command keys', '命令键'],
  [2, 0x10, 'function keys', '功能键'],
  [3, 0x80, 'print, attendant', '打印（操作员）'],
  [3, 0x40, 'print, cardholder', '打印（持卡人）'],
  [3, 0x20, 'display, attendant', '显示（操作员）'],
  [3, 0x10, 'display, cardholder', '显示（持卡人）'],
  [3, 0x02, 'code table 10', '代码表 10'],
  [3, 0x01, 'code table 9', '代码表 9'],
  [4, 0x80, 'code table 8', '代码表 8'],
  [4, 0x40, 'code table 7', '代码表 7'],
  [4, 0x20, 'code table 6', '代码表 6'],
  [4, 0x10, 'code table 5', '代码表 5'],
  [4, 0x08, 'code table 4', '代码表 4'],
  [4, 0x04, 'code table 3', '代码表 3'],
  [4, 0x02, 'code table 2', '代码表 2'],
  [4, 0x01, 'code table 1', '代码表 1'],
])

/** Source: EMV Book 3, 6.5.5.4. */
const CRYPTOGRAM_INFORMATION = rows([
  [0, 0xc0, 'AAC: declined', 'AAC：拒绝', 0x00],
  [0, 0xc0, 'TC: approved', 'TC：批准', 0x40],
  [0, 0xc0, 'ARQC: online authorisation requested', 'ARQC：请求联机', 0x80],
  [0, 0xc0, 'AAR: referral requested (withdrawn from EMV)', 'AAR：请求参考（EMV 已取消）', 0xc0],
  [0, 0x08, 'advice required', '需要通知'],
  [0, 0x07, 'reason: service not allowed', '原因：不允许服务', 0x01],
  [0, 0x07, 'reason: PIN try limit exceeded', '原因：PIN 重试次数超限', 0x02],
  [0, 0x07, 'reason: issuer authentication failed', '原因：发卡行认证失败', 0x03],
])

/** Source: Visa VCPS 2.1; JR/T 0025.8 moves "contactless PBOC" to byte 1 bit 7. */
const TRANSACTION_QUALIFIERS = rows([
  [0, 0x80, 'contactless magnetic stripe supported', '支持非接触磁条'],
  [0, 0x40, 'full contactless PBOC supported', '支持非接触 PBOC 借贷记'],
  [0, 0x20, 'quick contactless (qVSDC, qPBOC) supported', '支持 qVSDC／qPBOC'],
  [0, 0x10, 'EMV contact chip supported', '支持接触式 EMV'],
  [0, 0x08, 'offline-only reader', '终端仅支持脱机'],
  [0, 0x04, 'online PIN supported', '支持联机 PIN'],
  [0, 0x02, 'signature supported', '支持签名'],
  [0, 0x01, 'offline data authentication for online authorisations supported', '支持联机授权的脱机数据认证'],
  [1, 0x80, 'online cryptogram required', '要求联机密文'],
  [1, 0x40, 'CVM required', '要求 CVM'],
  [1, 0x20, 'offline PIN supported', '支持脱机 PIN'],
  [2, 0x80, 'issuer update processing supported', '支持发卡行更新处理'],
  [2, 0x40, 'consumer device CVM supported', '支持移动设备 CVM'],
  [3, 0x80, 'fDDA version 01 supported', '支持 fDDA 01 版'],
])

/** Source: Visa VCPS 2.1; JR/T 0025.12. */
const CARD_QUALIFIERS = rows([
  [0, 0x80, 'online PIN required', '需要联机 PIN'],
  [0, 0x40, 'signature required', '需要签名'],
  [0, 0x20, 'go online if offline data authentication fails', '脱机数据认证失败时联机'],
  [0, 0x10, 'switch interface if offline data authentication fails', '脱机数据认证失败时切换界面'],
  [0, 0x08, 'go online if application expired', '应用失效时联机'],
  [0, 0x04, 'switch interface for cash transactions', '现金交易切换界面'],
  [0, 0x02, 'switch interface for cashback transactions', '返现交易切换界面'],
  [1, 0x80, 'consumer device CVM performed', '已执行移动设备 CVM'],
  [1, 0x40, 'card supports issuer update processing', '卡片支持发卡行更新处理'],
])

/** Card verification results inside 9F10 of PBOC and Visa cards; byte 0 is the length 03. Source: JR/T 0025.5; VIS 1.5. */
export const CARD_VERIFICATION_RESULTS = rows([
  [1, 0xc0, 'second GENERATE AC: AAC', '第二次 GENERATE AC：AAC', 0x00],
  [1, 0xc0, 'second GENERATE AC: TC', '第二次 GENERATE AC：TC', 0x40],
  [1, 0xc0, 'second GENERATE AC not requested', '未请求第二次 GENERATE AC', 0x80],
  [1, 0x30, 'first GENERATE AC: AAC', '第一次 GENERATE AC：AAC', 0x00],
  [1, 0x30, 'first GENERATE AC: TC', '第一次 GENERATE AC：TC', 0x10],
  [1, 0x30, 'first GENERATE AC: ARQC', '第一次 GENERATE AC：ARQC', 0x20],
  [1, 0x08, 'issuer authentication performed and failed', '发卡行认证执行但失败'],
  [1, 0x04, 'offline PIN verification performed', '脱机 PIN 验证已执行'],
  [1, 0x02, 'offline PIN verification failed', '脱机 PIN 验证失败'],
  [1, 0x01, 'unable to go online', '不能联机'],
  [2, 0x80, 'last online transaction not completed', '上次联机交易未完成'],
  [2, 0x40, 'PIN try limit exceeded', 'PIN 锁定'],
  [2, 0x20, 'velocity counters exceeded', '超过频度检查'],
  [2, 0x10, 'new card', '新卡'],
  [2, 0x08, 'issuer authentication failure on last online transaction', '上次联机交易发卡行认证失败'],
  [2, 0x04, 'issuer authentication not performed after online authorisation', '联机授权后未执行发卡行认证'],
  [2, 0x02, 'application blocked because PIN try limit exceeded', '由于 PIN 锁卡片锁定应用'],
  [2, 0x01, 'SDA failed on last transaction, declined offline', '上次交易静态数据认证失败，脱机拒绝'],
  [3, 0x08, 'issuer script processing failed', '发卡行脚本处理失败'],
  [3, 0x04, 'DDA failed on last transaction, declined offline', '上次交易动态数据认证失败，脱机拒绝'],
  [3, 0x02, 'DDA performed', '动态数据认证已执行'],
  [
    3,
    0x01,
    'PIN verification command not received for a card that expects one',
    '卡片要求 PIN 验证但未收到命令',
  ],
])

/** Tables by tag. */
export const BIT_TABLES: ReadonlyMap<string, readonly BitRow[]> = new Map([
  ['95', VERIFICATION_RESULTS],
  ['9F0D', VERIFICATION_RESULTS],
  ['9F0E', VERIFICATION_RESULTS],
  ['9F0F', VERIFICATION_RESULTS],
  ['9B', STATUS_INFORMATION],
  ['82', INTERCHANGE_PROFILE],
  ['9F07', USAGE_CONTROL],
  ['9F33', CAPABILITIES],
  ['9F40', ADDITIONAL_CAPABILITIES],
  ['9F27', CRYPTOGRAM_INFORMATION],
  ['9F66', TRANSACTION_QUALIFIERS],
  ['9F6C', CARD_QUALIFIERS],
])

type Named = Readonly<Record<number, readonly [en: string, zh: string]>>

/** Low six bits of a CVM code. Source: EMV Book 3, annex C3; 20 by JR/T 0025. */
export const CVM_METHODS: Named = {
  0: ['fail CVM processing', 'CVM 失败处理'],
  1: ['plaintext PIN verified by ICC', '卡片执行明文 PIN 核对'],
  2: ['enciphered PIN verified online', '联机加密 PIN 验证'],
  3: ['plaintext PIN verified by ICC and signature', '卡片执行明文 PIN 核对和签名'],
  4: ['enciphered PIN verified by ICC', '卡片执行加密 PIN 核对'],
  5: ['enciphered PIN verified by ICC and signature', '卡片执行加密 PIN 核对和签名'],
  30: ['signature', '签名'],
  31: ['no CVM required', '无需 CVM'],
  32: ['cardholder certificate', '持卡人证件出示'],
  63: ['no CVM performed', '未执行 CVM'],
}

/** Second byte of a CVM rule. Source: EMV Book 3, annex C3. */
export const CVM_CONDITIONS: Named = {
  0: ['always', '总是'],
  1: ['if unattended cash', '如果是无人值守现金交易'],
  2: ['if not cash or cashback', '如果不是现金或返现交易'],
  3: ['if terminal supports the CVM', '如果终端支持该 CVM'],
  4: ['if manual cash', '如果是人工值守现金交易'],
  5: ['if purchase with cashback', '如果是返现交易'],
  6: ['if under X in application currency', '如果交易货币等于应用货币且小于 X'],
  7: ['if over X in application currency', '如果交易货币等于应用货币且大于 X'],
  8: ['if under Y in application currency', '如果交易货币等于应用货币且小于 Y'],
  9: ['if over Y in application currency', '如果交易货币等于应用货币且大于 Y'],
}

/** Third byte of CVM results. Source: EMV Book 4, annex A4. */
export const CVM_RESULTS: Named = {
  0: ['result unknown', '结果未知'],
  1: ['failed', '失败'],
  2: ['successful', '成功'],
}

/** Terminal type, tag 9F35. Source: EMV Book 4, annex A1. */
export const TERMINAL_TYPES: Named = {
  17: ['attended, online only, financial institution', '有人值守，仅联机，金融机构'],
  18: ['attended, offline with online capability, financial institution', '有人值守，可脱机可联机，金融机构'],
  19: ['attended, offline only, financial institution', '有人值守，仅脱机，金融机构'],
  20: ['unattended, online only, financial institution', '无人值守，仅联机，金融机构'],
  21: [
    'unattended, offline with online capability, financial institution',
    '无人值守，可脱机可联机，金融机构',
  ],
  22: ['unattended, offline only, financial institution', '无人值守，仅脱机，金融机构'],
  33: ['attended, online only, merchant', '有人值守，仅联机，商户'],
  34: ['attended, offline with online capability, merchant', '有人值守，可脱机可联机，商户'],
  35: ['attended, offline only, merchant', '有人值守，仅脱机，商户'],
  36: ['unattended, online only, merchant', '无人值守，仅联机，商户'],
  37: ['unattended, offline with online capability, merchant', '无人值守，可脱机可联机，商户'],
  38: ['unattended, offline only, merchant', '无人值守，仅脱机，商户'],
  52: ['unattended, online only, cardholder', '无人值守，仅联机，持卡人'],
  53: ['unattended, offline with online capability, cardholder', '无人值守，可脱机可联机，持卡人'],
  54: ['unattended, offline only, cardholder', '无人值守，仅脱机，持卡人'],
}

/** Authorisation response codes that a terminal makes itself, tag 8A. Source: EMV Book 4, annex A6. */
export const TERMINAL_RESPONSE_CODES: Readonly<Record<string, readonly [en: string, zh: string]>> = {
  '00': ['approved by the issuer', '发卡行批准'],
  '10': ['partly approved by the issuer', '发卡行部分批准'],
  '11': ['approved by the issuer (VIP)', '发卡行批准（VIP）'],
  Y1: ['offline approved', '脱机批准'],
  Z1: ['offline declined', '脱机拒绝'],
  Y3: ['unable to go online, offline approved', '不能联机，脱机批准'],
  Z3: ['unable to go online, offline declined', '不能联机，脱机拒绝'],
}
