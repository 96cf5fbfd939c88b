import type { BoardDevice } from '../../hardware/emulator/board.ts'
import type { WorkbenchState } from './workbench-messages.ts'

type Text = WorkbenchState['log'][number]['text']

/** What can be said of a terminal without power. */
export const NO_TERMINAL: WorkbenchState['terminal'] = {
  tid: '',
  merchant: { zh: '', en: '' },
  batch: '',
  operator: null,
  isSignedIn: false,
  owesReversal: false,
  owedSlips: 0,
}

export const PLUGGED: Readonly<Record<BoardDevice, Text>> = {
  reader: { zh: '已接上读卡器', en: 'The card reader is plugged in' },
  pinpad: { zh: '已接上密码键盘', en: 'The PIN pad is plugged in' },
  printer: { zh: '已接上打印机', en: 'The printer is plugged in' },
}

export const PULLED: Readonly<Record<BoardDevice, Text>> = {
  reader: { zh: '已拔掉读卡器', en: 'The card reader is pulled out' },
  pinpad: { zh: '已拔掉密码键盘', en: 'The PIN pad is pulled out' },
  printer: { zh: '已拔掉打印机', en: 'The printer is pulled out' },
}

/** Of hands on the page, where the devices are real. */
export const ON_BOARD: Text = {
  zh: '卡片、密码键盘、打印纸和电缆都在主板上：请直接在设备上操作',
  en: 'cards, PIN pad, paper and cables are on the board: do it at the device itself',
}

export const LINE_TEXTS: Readonly<Record<WorkbenchState['line'], Text>> = {
  up: { zh: '线路接通', en: 'The line is up' },
  cut: { zh: '线路断开', en: 'The line is cut' },
  stalled: { zh: '线路停滞', en: 'The line is stalled' },
  slow: { zh: '线路很慢', en: 'The line is slow' },
  loseReply: { zh: '下一个应答将丢失', en: 'The next answer will be lost' },
}

export const PAD_COVERED: Text = {
  zh: '密码键盘不在您手中：他人正在输入密码，或请先接过键盘',
  en: 'the PIN pad is not in your hands: somebody else types, or take it first',
}

const REFUSALS: Readonly<Record<string, string>> = {
  'a card is in the reader already': '读卡器中已有卡片：请先取出',
  'there is no card in the reader': '读卡器中没有卡片',
  'this card has no stripe': '此卡没有磁条',
  'the reader is not waiting for a stripe': '读卡器没有在等待刷卡：请先开始交易',
  'the reader is not waiting for a contactless card': '读卡器没有在等待挥卡：请先开始交易',
  'the PIN pad is not asking for a PIN': '密码键盘没有在等待输入密码',
}

/** What a hand could not do to the board, in both languages. */
export function refusalText(en: string): Text {
  return { zh: REFUSALS[en] ?? en, en }
}

/** What the environment did wrong: a device that can't be plugged in, a terminal that can't be opened. */
export function failureText(error: unknown): Text {
  const reason = error instanceof Error ? error.message : 'unknown reason'
  return { zh: `没有成功：${reason}`, en: `It was not done: ${reason}` }
}
