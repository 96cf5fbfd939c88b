import { messageKey } from './message-key.ts'
import type { Language, Screen } from './screen.ts'

type Texts = readonly [zh: string, en: string]

/**
 * Every screen in both languages. A name in braces is a value of the screen; one that ends in `Zh` or `En`
 * is a text that comes in both languages.
 */
const TEXTS = {
  // Start and management
  ready: ['欢迎使用', 'Ready'],
  readyLogOn: ['请操作员登录', 'Operator, please log on'],
  notCommissionedYet: ['新终端,请用激活码开通', 'A new terminal: activate it with its code'],
  interrupted: ['上笔交易 {stan} 中断,需冲正', 'Transaction {stan} was interrupted; it will be reversed'],
  commissioned: ['初始化完成,主密钥校验值 {checkValue}', 'Commissioned; master key check value {checkValue}'],
  commissionedWithoutKey: ['初始化完成,尚无主密钥', 'Commissioned; the master key is still to come'],
  loadingMasterKey: ['正在导入主密钥', 'Loading the master key'],
  requestingKey: ['密码键盘正在证明身份', 'The PIN pad proves who it is'],
  keyRequestReady: ['密码键盘已签名', 'The PIN pad has signed'],
  enterComponent: ['请在密码键盘上输入密钥分量 {index}/3', 'Type key component {index} of 3 at the PIN pad'],
  componentEntered: [
    '密钥分量 {index} 校验值 {checkValue},请与信封核对',
    'Key component {index} has check value {checkValue}: compare it with the page',
  ],
  enterKeyCheckValue: ['请输入主密钥校验值', 'Check value of the whole master key'],
  keyPackageUntrusted: [
    '密码键盘拒绝主密钥:来源不可信或不是本次申请,请重新激活',
    'The PIN pad refused the key: not from a trusted host, or not for this request. Activate again',
  ],
  componentsDiffer: [
    '主密钥校验失败,请重新输入全部分量',
    'The check value is wrong: enter all components again',
  ],
  masterKeyLoaded: ['主密钥校验值 {checkValue}', 'Master key check value {checkValue}'],
  signingIn: ['正在签到', 'Signing in'],
  signedIn: ['签到成功,批次号 {batch}', 'Signed in; batch {batch}'],
  signingOff: ['正在签退', 'Signing off'],
  signedOff: ['签退成功', 'Signed off'],
  connectingAgain: ['连接失败,第 {attempt}/{total} 次尝试', 'No connection: attempt {attempt} of {total}'],
  echoing: ['正在测试线路', 'Testing the line'],
  echoed: ['线路正常,{roundTripMs} 毫秒', 'Line is good, {roundTripMs} ms'],
  downloading: ['正在下载{setZh}', 'Loading the {setEn}'],
  downloaded: ['{setZh}下载完成', 'The {setEn} are loaded'],
  downloadUnusable: [
    '{setZh}数据有误,未启用,请重试',
    'The {setEn} that came are no use: the old ones stay, try again',
  ],
  uploadingStatus: ['正在上送终端状态', 'Sending the terminal status'],
  statusUploaded: ['状态上送完成', 'Status sent'],
  packageNone: ['软件已是最新,版本 {version}', 'No newer software; version {version}'],
  packageLoading: ['正在下载软件 {percent}%', 'Loading software, {percent} %'],
  packageReady: [
    '新软件 {version} 已就绪,下次启动生效',
    'Software {version} is here: in force from the next start',
  ],
  packageOnTrial: ['软件 {version} 试运行中,请先签到', 'Software {version} is on trial: sign in first'],
  packageConfirmed: ['软件 {version} 运行正常', 'Software {version} works'],
  packageSelfCheck: [
    '软件 {version} 自检未通过,请检查外设',
    'Software {version}: the self-check found a device that does not answer; check the devices',
  ],
  packageRolledBack: [
    '软件 {version} 未能正常运行,已恢复原版本',
    'Software {version} did not prove itself: the one before it is back',
  ],
  packageNotStored: ['存储失败,软件未下载,请检查空间', 'The software could not be stored: check the space'],
  'package.format': ['软件包格式不正确,未启用', 'The software package is not one: nothing is changed'],
  'package.truncated': ['软件包不完整,未启用', 'The software package is cut short: nothing is changed'],
  'package.untrusted': [
    '软件包签名者不受信任,未启用,请联系服务商',
    'The software comes from nobody this terminal trusts: nothing is changed, call the acquirer',
  ],
  'package.signature': [
    '软件包签名错误,未启用,请联系服务商',
    'The signature of the software is wrong: nothing is changed, call the acquirer',
  ],
  'package.hash': ['软件包已损坏,未启用', 'The software package is damaged: nothing is changed'],
  'package.terminalType': ['软件包不适用于本机型,未启用', 'The software is for another type of terminal'],
  'package.notNewer': ['软件包版本不高于当前版本,未启用', 'The software is not newer: nothing is changed'],
  'package.minimumVersion': ['请先安装中间版本,软件未启用', 'The software needs a later version before it'],
  'package.content': [
    '软件包内容无法使用,未启用',
    'What is in the package is no use here: nothing is changed',
  ],
  hostRequests: ['主机要求处理任务 {tasks}', 'The host asks for tasks {tasks}'],
  keysMalformed: ['签到失败,密钥格式错', 'Sign-in failed: the keys are malformed'],
  keyCheckFailed: ['密钥校验失败,请联系收单行', 'Key check failed: call the acquirer'],
  keyMissing: ['密码键盘无密钥,请重新签到', 'The PIN pad has no key: sign in again'],

  // Operators
  enterOperator: ['请输入操作员号', 'Operator number'],
  enterSupervisor: ['请输入主管操作员号', 'Supervisor number'],
  enterNewOperator: ['请输入操作员号(01-99)', 'Operator number (01-99)'],
  enterPassword: ['操作员 {operator} 请输入密码', 'Password of operator {operator}'],
  enterNewPassword: ['操作员 {operator} 请输入新密码', 'New password of operator {operator}'],
  repeatNewPassword: ['操作员 {operator} 请再次输入新密码', 'New password of operator {operator} again'],
  passwordChanged: ['操作员 {operator} 密码已修改', 'Password of operator {operator} changed'],
  loggedOn: ['操作员 {operator} 已登录', 'Operator {operator} logged on'],
  loggedOff: ['已退出登录', 'Logged off'],
  chooseRole: ['请选择角色', 'Choose the role'],
  roleCashier: ['收银员', 'Cashier'],
  roleSupervisor: ['主管', 'Supervisor'],
  operatorAdded: ['已增加操作员 {operator}', 'Operator {operator} added'],
  operatorRemoved: ['已删除操作员 {operator}', 'Operator {operator} removed'],
  confirmRemoveOperator: ['删除操作员 {operator}?', 'Remove operator {operator}?'],

  // What the operator enters
  enterAmount: ['请输入金额', 'Amount'],
  enterPan: ['请输入卡号', 'Card number'],
  enterExpiry: ['请输入卡有效期(月月年年)', 'Expiry (MMYY)'],
  enterStan: ['请输入原凭证号', 'Trace number of the original'],
  enterReferenceNumber: ['请输入原参考号', 'Reference number of the original'],
  enterOriginalDate: ['请输入原交易日期(月月日日)', 'Date of the original (MMDD)'],
  enterOriginalBatch: ['请输入原批次号', 'Batch number of the original'],
  enterAuthorisationCode: ['请输入授权码', 'Authorisation code'],
  confirmVoid: ['撤销 {stan} {pan} {amount}?', 'Void {stan} {pan} {amount}?'],
  chooseTip: ['{amount} 请选择小费', '{amount} Choose a tip'],
  tipPercent: ['{percent}% {amount}', '{percent} %  {amount}'],
  tipOther: ['其他金额', 'Another amount'],
  tipNone: ['不付小费', 'No tip'],
  enterTip: ['{amount} 请输入小费', '{amount} Tip'],
  tipTooLarge: [
    '小费超过上限 {percent}%,最多 {most}',
    'The tip is above the limit of {percent} %: {most} at most',
  ],
  confirmTip: [
    '{stan} 消费 {amount} 加小费 {tip},合计 {total}?',
    '{stan} {amount} and tip {tip}: {total} in all?',
  ],
  acceptPartial: ['仅批准 {approved}(应付 {asked}),接受?', 'Only {approved} of {asked} approved. Accept?'],
  voidingPartial: ['撤销部分批准的交易 {stan}', 'Voiding the partial approval {stan}'],

  // Card
  presentCard: ['{amount} 请插卡或刷卡', '{amount} Insert or swipe the card'],
  insertCard: ['{amount} 请插卡', '{amount} Insert the card'],
  swipeCard: ['{amount} 请刷卡', '{amount} Swipe the card'],
  tapInsertOrSwipe: ['{amount} 请挥卡、插卡或刷卡', '{amount} Tap, insert or swipe the card'],
  tapOrInsert: ['{amount} 请挥卡或插卡', '{amount} Tap or insert the card'],
  tapOrSwipe: ['{amount} 请挥卡或刷卡', '{amount} Tap or swipe the card'],
  tapCard: ['{amount} 请挥卡', '{amount} Tap the card'],
  readingTap: ['正在读卡,请勿移开', 'Reading the card: hold it there'],
  tapRead: ['读卡成功,可移开卡片', 'Card read: it may be taken away'],
  tapAgain: ['读卡未完成,请重新挥卡', 'The card was not read: present it again'],
  oneCardOnly: ['检测到多张卡,请只出示一张', 'More than one card: present one only'],
  tapLimit: ['超出挥卡限额,请插卡或刷卡', 'Above the limit for taps: insert or swipe the card'],
  tapNotPossible: ['此卡不能挥卡支付,请插卡或刷卡', 'This card can not be tapped: insert or swipe it'],
  removeCard: ['请取走卡片', 'Take the card out'],
  useChip: ['此卡有芯片,请插卡', 'This card has a chip: insert it'],
  chipUnreadable: ['芯片读取失败,请刷卡', 'The chip could not be read: swipe the card'],
  stripeUnreadable: ['刷卡错误,请重刷', 'The stripe could not be read: swipe again'],
  'chip.chooseApplication': ['请选择应用', 'Choose the application'],
  'chip.application': ['{label}', '{label}'],
  'chip.confirmApplication': ['使用 {label}?', 'Use {label}?'],
  readingChip: ['正在读卡,请勿拔卡', 'Reading the card: leave it in'],
  completingChip: ['正在处理,请勿拔卡', 'Finishing: leave the card in'],
  cardRemovedEarly: ['卡片被提前拔出', 'The card was taken out too early'],
  enterPin: ['请持卡人输入密码', 'Cardholder, please enter the PIN'],
  cardDataLost: ['密码键盘已更换,无法读取原卡号', 'The PIN pad was changed: the card number is lost'],
  cancelled: ['交易取消', 'Cancelled'],

  // Signatures on the screen
  signHere: ['{amount} 请持卡人签名', '{amount} Cardholder, please sign'],
  signOnPaper: ['请在签购单上签名', 'Please sign on the slip'],
  sendingSignature: ['正在上送签名 {stan}', 'Sending the signature of {stan}'],
  signatureRefused: [
    '签名 {stan} 未被接受 ({code}),稍后重送',
    'The signature of {stan} was not accepted ({code}): it is sent again later',
  ],
  signaturesWaiting: [
    '待送签名过多,请在签购单上签名',
    'Too many signatures wait for the host: please sign on the slip',
  ],
  // Foreign currencies
  chooseCurrency: [
    '请持卡人选择付款货币。1 {base} = {rate} {currency}(含加价 {markup}),汇率来源 {source}',
    'Cardholder, please choose the currency to pay in. 1 {base} = {rate} {currency}, markup of {markup} included, rate by {source}',
  ],
  payInCurrency: ['{amount}', '{amount}'],
  noRateInForce: [
    '无有效的 {currency} 汇率,按本币收款',
    'No {currency} rate in force: paid in the local currency',
  ],
  // Payments by code
  scanCode: ['{amount} 请扫描顾客付款码', "{amount} Scan the customer's code"],
  codeShown: [
    '{amount} 请顾客扫码付款,取消键结束等待',
    '{amount} Customer, please scan the code. Cancel key: stop waiting',
  ],
  customerConfirms: [
    '{amount} 请顾客在手机上确认,取消键结束等待',
    '{amount} Customer, please confirm on the phone. Cancel key: stop waiting',
  ],
  orderClosing: ['正在关闭订单 {order}', 'Closing order {order}'],
  orderRefused: ['顾客拒绝付款,订单 {order}', 'The customer refused order {order}'],
  orderEnded: ['订单 {order} 已关闭,未付款', 'Order {order} is closed and was not paid'],
  orderUnclear: ['订单 {order} 结果未知,请稍后查询', 'Order {order} is open still: ask for it again'],

  // Host
  waitingForHost: ['正在联机,请稍候', 'Asking the host'],
  approved: ['{shownZh} 凭证号 {stan} {amount}', '{shownEn} {stan} {amount}'],
  approvedPartially: ['部分批准 凭证号 {stan} {amount}', 'Approved in part {stan} {amount}'],
  declined: ['{code} {shownZh} {actionZh}', '{code} {shownEn}. {actionEn}'],
  balance: ['可用余额 {amount}', 'Available balance {amount}'],
  balanceMissing: ['主机未返回余额', 'The host gave no balance'],
  hostRefused: ['{code} {shownZh}', '{code} {shownEn}'],
  noConnection: ['无法连接主机,请检查网络', 'No connection to the host: check the network'],
  noReply: ['主机无应答', 'No reply from the host'],
  duplicateUnclear: [
    '主机称流水号重复,首次应答丢失,为安全起见撤回',
    'The host knows this number already, its first answer was lost: taken back to be safe',
  ],
  replyMacWrong: ['应答MAC错,需重新签到', 'The reply has a wrong MAC: sign in again'],
  cardRefusedAfterApproval: ['卡片拒绝,交易将冲正', 'The card refused: the transaction will be reversed'],
  reversing: ['正在冲正 {stan}', 'Reversing {stan}'],
  reversed: ['冲正成功 {stan} ({code})', 'Reversed {stan} ({code})'],
  reversalRefused: [
    '冲正被拒 {stan} ({code}),请联系收单行',
    'Reversal of {stan} refused ({code}): call the acquirer',
  ],
  reversalExhausted: ['冲正失败 {stan},请联系收单行', 'Reversal of {stan} failed: call the acquirer'],
  reversalDue: ['交易 {stan} 待冲正', 'Reversal of {stan} is due'],
  noticeQueued: ['交易 {stan} 已保存,稍后重发', 'Transaction {stan} is kept and will be sent again'],
  confirmOffline: [
    '主机无法连接。离线收款 {amount}?未达共 {atRisk},若被拒由商户承担',
    'The host is away. Sell {amount} offline? {atRisk} at risk: what is refused later is your loss',
  ],
  soldOffline: [
    '离线成交 凭证号 {stan} {amount},未达 {count} 笔共 {atRisk}',
    'Sold offline {stan} {amount}; {count} not sent yet, {atRisk} at risk',
  ],
  offlineLimit: ['超出离线额度,请恢复网络', 'Above the limits of offline sales: bring the line back'],
  offlineRefused: [
    '离线交易 {stan} {amount} 被主机拒绝 ({code}),请上报损失',
    'Offline sale {stan} {amount} was refused ({code}): it is a loss, tell the manager',
  ],
  sendingNotice: ['正在补发 {stan}', 'Sending {stan} again'],
  sendingScriptResult: ['正在上送脚本结果', 'Sending the script result'],

  // Devices and paper
  deviceMissing: ['设备未连接: {device}', 'Device is missing: {device}'],
  deviceFault: ['设备故障: {device}', 'Device fault: {device}'],
  devicesReady: ['设备全部正常', 'All devices are ready'],
  devicesMissing: ['设备缺失: {devices}', 'Missing devices: {devices}'],
  printing: ['正在打印', 'Printing'],
  'printer.paperEnd': ['打印机缺纸,请装纸', 'Out of paper: put in a new roll'],
  'printer.coverOpen': ['打印机盖未关', 'Printer cover is open: close it'],
  'printer.offline': ['打印机脱机', 'Printer is offline'],
  'printer.missing': ['打印机未连接', 'Printer is not connected'],
  'printer.fault': ['打印机故障', 'Printer fault'],
  choosePrinterTrouble: ['{printer}。重试打印?', '{printer}. Print again?'],
  optionRetry: ['重试', 'Retry'],
  optionSkip: ['稍后打印', 'Later'],
  transactionCount: ['批次 {batch} 共 {count} 笔', 'Batch {batch}: {count} transactions'],

  // Settlement
  settlingTotals: ['正在结算对账', 'Settlement: comparing totals'],
  settlingUpload: ['批上送 {done}/{total}', 'Settlement: upload {done} of {total}'],
  settlingEnd: ['批上送结束', 'Settlement: ending the batch'],
  settlementInterrupted: ['结算未完成,请重新结算', 'Settlement is not finished: settle again'],
  settled: ['结算成功,批次 {batch}', 'Batch {batch} settled'],
  uploadRefused: ['批上送被拒 ({code})', 'The host refused an upload ({code})'],

  // Refusals
  'refused.notCommissioned': ['终端未开通,请先激活', 'Still in its box: activate it with its code'],
  'refused.alreadyCommissioned': ['终端已初始化', 'Already commissioned'],
  'refused.notLoggedOn': ['请先登录', 'Log on first'],
  'refused.wrongPassword': ['密码错', 'Wrong password'],
  'refused.passwordLocked': ['密码错误次数过多,请稍后再试', 'Too many wrong passwords: wait and try again'],
  'refused.notAllowed': ['无此权限', 'Not allowed'],
  'refused.notSignedIn': ['请先签到', 'Sign in first'],
  'refused.notEnabled': ['此交易未开通', 'Not enabled on this terminal'],
  'refused.settlementUnfinished': ['请先完成结算', 'Finish the settlement first'],
  'refused.batchFull': ['流水已满,请先结算', 'The batch is full: settle first'],
  'refused.storageLow': ['存储空间不足,请先结算并清理', 'Storage is nearly full: settle and free some space'],
  'refused.noticesUndelivered': [
    '有通知类交易未送达,请检查网络后再结算',
    'A refund or advice has not reached the host: check the network, then settle again',
  ],
  'refused.reversalUndelivered': ['冲正未完成,请检查网络', 'A reversal is still due: check the network'],
  'refused.transactionNotFound': ['无此交易', 'No such transaction in this batch'],
  'refused.notVoidable': ['此交易不能撤销', 'This transaction can not be voided'],
  'refused.notAdjustable': ['此交易不能加小费', 'No tip can be added to this transaction'],
  'refused.tipTooLarge': ['小费超过上限', 'The tip is above the limit'],
  'refused.badValue': ['输入有误', 'That is not a valid value'],
  'refused.cardDiffers': ['卡号不符', 'This is not the card of the original'],
  'refused.cardBlacklisted': ['此卡不可受理,请没收或联系发卡行', 'This card is not taken: call the issuer'],
  'refused.cardExpired': ['卡已过期', 'The card has expired'],
  'refused.cardNotReadable': ['无法读卡', 'The card can not be read'],
  'refused.cardRefused': ['卡片拒绝交易', 'The card refused the transaction'],
  'refused.notCapable': ['本型号终端没有所需的设备', 'This type of terminal lacks the device for that'],
  'refused.samePerson': ['每个分量须由不同的人输入', 'Each component is entered by another person'],
  'refused.otherCurrency': ['本批次为另一币种,请先结算', 'The batch is in another currency: settle first'],
  'refused.currencyNotTaken': ['商户不受理此货币', 'The merchant does not take this currency'],
  'refused.noOpenOrder': ['没有未完成的订单', 'No order is open'],
  'refused.nothingToPrint': ['无可打印内容', 'Nothing to print'],
} as const satisfies { readonly [id: string]: Texts }

export type ScreenId = keyof typeof TEXTS

/** All screens, for whoever checks or lists them. */
export const SCREEN_TEXTS: { readonly [id in ScreenId]: Texts } = TEXTS

/** The text of a screen with its values in place, and the key of its article; an id without a text is shown as itself. */
export function renderScreen(screen: Screen, language: Language): string {
  const texts: { readonly [id: string]: Texts } = TEXTS
  const text = (screen.words ?? texts[screen.id])?.[language === 'zh' ? 0 : 1] ?? screen.id
  const filled = text.replace(/\{(\w+)\}/g, (_, name: string) =>
    valueText(name, screen.values?.[name] ?? '', language),
  )
  const key = messageKey(screen)
  const said = filled.replace(/\s+/g, ' ').replace(/^\s+|[\s.]+$/g, '')
  const whole = key === undefined ? said : `${said} [${key}]`
  return screen.training === true ? `${language === 'zh' ? '【训练】' : '[TRAINING] '}${whole}` : whole
}

const DEVICES: { readonly [device: string]: Texts } = {
  cardReader: ['读卡器', 'card reader'],
  pinPad: ['密码键盘', 'PIN pad'],
  printer: ['打印机', 'printer'],
}

/** Devices and a printer's trouble in the words that people have for them; any other value as it is. */
function valueText(name: string, value: string | number, language: Language): string {
  const words = name === 'device' ? DEVICES[value] : name === 'printer' ? troubleOf(value) : undefined
  return words?.[language === 'zh' ? 0 : 1] ?? String(value)
}

function troubleOf(cause: string | number): Texts | undefined {
  const texts: { readonly [id: string]: Texts } = TEXTS
  return texts[`printer.${cause}`]
}
