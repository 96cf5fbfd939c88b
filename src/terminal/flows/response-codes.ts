import { invariant } from '../../base/invariant.ts'
import type { Language } from './screen.ts'

/**
 * A success, B failed and may be tried again, C failed, D the operator must act, E system fault,
 * F no answer (of this project, in no source).
 */
type ResponseClass = 'A' | 'B' | 'C' | 'D' | 'E' | 'F'

export interface ResponseCodeInfo {
  readonly code: string
  readonly class: ResponseClass
  readonly meaning: { readonly [language in Language]: string }
  /** What the terminal shows. */
  readonly shown: { readonly [language in Language]: string }
  /** What the cashier does; empty when nothing helps. */
  readonly action: { readonly [language in Language]: string }
}

// One line a code: code, class, meaning in Chinese, shown in Chinese, English, action in Chinese and English.
// Source: docs of the response codes (field 39); texts and classes as there.
const TABLE = `
00|A|承兑或交易成功|交易成功|Approved||
01|C|查发卡行|请持卡人与发卡银行联系|Refer to card issuer|请持卡人联系发卡行|Ask the cardholder to call the issuer
02|C|查发卡行的特殊条件|交易失败,请联系发卡行|Refer to issuer, special condition|请持卡人联系发卡行|Ask the cardholder to call the issuer
03|C|无效商户|无效商户|Invalid merchant|请联系收单行|Call the acquirer
04|D|没收卡|此卡被没收|Pick up card|请扣留卡片|Keep the card
05|C|身份认证失败|持卡人认证失败|Do not honour|请换卡|Use another card
06|E|出错|交易失败,请联系发卡行|Error|请稍后再试|Try later
07|D|特殊条件下没收卡|没收卡,请联系收单行|Pick up card, special condition|请扣留卡片|Keep the card
09|B|请求正在处理中|交易失败,请重试|Request in progress|请重试|Try again
10|A|部分承兑|部分金额批准|Approved for partial amount|余额另付或撤销|Take the rest otherwise, or void
11|A|重要人物批准(VIP)|成功,VIP客户|Approved (VIP)||
12|C|无效的关联交易|无效交易|Invalid transaction||
13|B|金额为0或非法|无效金额|Invalid amount|请重新输入金额|Enter the amount again
14|B|无效卡号|无效卡号|Invalid card number|请重新读卡|Read the card again
15|C|无此发卡方|此卡无对应发卡方|No such issuer|请换卡|Use another card
19|C|重新送入交易|交易失败|Re-enter transaction|请重新刷卡|Swipe again
20|C|无效应答|交易失败|Invalid response||
21|C|卡未初始化|该卡未初始化或睡眠卡|Card not initialised|请联系发卡行|Call the issuer
22|C|故障怀疑,关联交易错误|操作有误,或超出交易允许天数|Suspected malfunction|请核对原交易|Check the original transaction
23|C|不可接受的交易费|交易失败|Unacceptable fee||
25|C|找不到原始交易|没有原始交易,请联系发卡方|Original transaction not found|请核对原交易|Check the original transaction
30|C|报文格式错误|请重试|Format error|请报告故障|Report the fault
34|D|有作弊嫌疑|作弊卡,吞卡|Suspected fraud|请扣留卡片|Keep the card
38|D|超过PIN次数|密码错误次数超限|PIN tries exceeded|请联系发卡行|Call the issuer
40|C|请求的功能尚不支持|发卡方不支持的交易类型|Function not supported||
41|D|挂失卡|挂失卡,请没收|Lost card|请扣留卡片|Keep the card
42|B|无此账户|交易失败|No such account||
43|D|被窃卡|被窃卡,请没收|Stolen card|请扣留卡片|Keep the card
44|C|无此投资账户|交易失败|No such investment account||
45|D|使用芯片方式读卡|请插卡|Chip card: use the chip|请插卡|Insert the card
51|C|资金不足|可用余额不足|Insufficient funds|请改金额或换卡|Another amount or another card
54|C|过期卡|该卡已过期|Expired card|请换卡|Use another card
55|C|密码错误|密码错|Incorrect PIN|请重新交易并输入密码|Start again with the right PIN
57|C|不允许持卡人进行的交易|不允许此卡交易|Not permitted to cardholder||
58|C|不允许终端进行的交易|发卡方不允许该卡在本终端交易|Not permitted to terminal||
59|C|有作弊嫌疑|卡片校验错|Card check failed|请重新插卡|Insert the card again
61|C|超出金额限制|交易金额超限|Exceeds amount limit|请减小金额|Use a smaller amount
62|C|受限制的卡|受限制的卡|Restricted card||
64|C|原始金额错误|交易金额与原交易不匹配|Original amount differs|请核对原交易|Check the original transaction
65|C|超出消费次数限制|超出消费次数限制|Exceeds frequency limit||
66|C|联系收单行|交易失败,联系收单行|Call acquirer|请联系收单行|Call the acquirer
68|C|发卡行响应超时|交易超时,请重试|Issuer reply too late|重试前请先核实|Check before you try again
75|C|PIN次数超限|密码错误次数超限|PIN tries exceeded|请联系发卡行|Call the issuer
77|D|批次号不一致|请重新签到|Batch mismatch|请重新签到|Sign in again
90|C|正在日终处理|系统日切,请稍后重试|Cut-over in progress|请稍后再试|Try later
91|C|发卡方不能操作|发卡方状态不正常|Issuer inoperative|请稍后再试|Try later
92|C|线路找不到|发卡方线路异常|Route not found|请稍后再试|Try later
94|C|重复交易|拒绝,重复交易|Duplicate transmission|请稍后再试|Try again
96|C|处理中心异常|拒绝,交换中心异常|System malfunction|请稍后再试|Try later
97|D|终端号找不到|终端未登记|Terminal not registered|请联系收单行|Call the acquirer
98|E|收不到发卡方应答|发卡方超时|No reply from issuer|请勿盲目重复交易|Do not repeat blindly
99|B|PIN格式错|PIN格式错,请重新签到|PIN block error|请重新签到|Sign in again
A0|B|MAC鉴别失败|MAC校验错,请重新签到|MAC error|请重新签到|Sign in again
A1|C|转账货币不一致|转账货币不一致|Currency mismatch||
A2|A|有缺陷的成功|交易成功,请向发卡行确认|Qualified success|请向发卡行确认|Confirm with the issuer
A3|C|到账行无此账户|账户不正确|No such account at receiver||
A4|A|有缺陷的成功|交易成功,请向发卡行确认|Qualified success|请向发卡行确认|Confirm with the issuer
A5|A|有缺陷的成功|交易成功,请向发卡行确认|Qualified success|请向发卡行确认|Confirm with the issuer
A6|A|有缺陷的成功|交易成功,请向发卡行确认|Qualified success|请向发卡行确认|Confirm with the issuer
A7|C|安全处理失败|拒绝,交换中心异常|Security processing failed|请稍后再试|Try later
`

/** Every code of field 39 that has a text of its own. */
export const RESPONSE_CODES: readonly ResponseCodeInfo[] = TABLE.trim().split('\n').map(parseRow)

function parseRow(row: string): ResponseCodeInfo {
  const [
    code = '',
    responseClass = '',
    meaningZh = '',
    shownZh = '',
    english = '',
    actionZh = '',
    actionEn = '',
  ] = row.split('|')
  invariant(isResponseClass(responseClass), 'a class that does not exist')
  return {
    code,
    class: responseClass,
    meaning: { zh: meaningZh, en: english },
    shown: { zh: shownZh, en: english },
    action: { zh: actionZh, en: actionEn },
  }
}

function isResponseClass(text: string): text is ResponseClass {
  return /^[A-F]$/.test(text)
}

const BY_CODE = new Map(RESPONSE_CODES.map((info) => [info.code, info]))

/** Answers that count as approved. Source: docs of the response codes. */
export const SUCCESS_CODES: readonly string[] = ['00', '10', '11', 'A2', 'A4', 'A5', 'A6']

/** Answers after which the terminal must sign in again. Source: docs of the UnionPay dialect, 13. */
export const SIGN_IN_CODES: readonly string[] = ['77', '99', 'A0']

/** Texts and class of a code; a code that is not in the table is a failure without advice. */
export function responseCodeInfo(code: string): ResponseCodeInfo {
  return (
    BY_CODE.get(code) ?? {
      code,
      class: 'C',
      meaning: { zh: '交易失败', en: 'Transaction failed' },
      shown: { zh: '交易失败', en: 'Transaction failed' },
      action: { zh: '', en: '' },
    }
  )
}
