/** What a fault waits for: it strikes at the n-th such moment of its step. */
export type Hook =
  /** The line to the host is dialled. */
  | 'dial'
  /** A request leaves the terminal. */
  | 'request'
  /** A reply leaves the host for this terminal. */
  | 'reply'
  /** The host has a batch with a request of this terminal to commit. */
  | 'commit'
  /** The flow asks its world for something. */
  | 'effect'
  /** Records go to the terminal's journal. */
  | 'append'
  /** A byte passes a device's cable, in either direction. */
  | 'serialByte'
  /** A chunk goes to a device. */
  | 'toDevice'
  /** A chunk comes from a device. */
  | 'fromDevice'
  /** An APDU reaches the card. */
  | 'apdu'
  /** The customer is asked for the PIN. */
  | 'pin'
  /** The customer is asked for a card. */
  | 'card'
  /** The operator is asked something. */
  | 'question'
  /** The step begins; `ms` says how long after it. */
  | 'step'

export interface FaultKindInfo {
  readonly hook: Hook
  /** Steps in a thousand that have it, when nothing else is said. */
  readonly perMille: number
  /** It strikes at the first to this moment of the step. */
  readonly nthMax: number
  /** How long it lasts, or how late it comes; undefined: it has no length. */
  readonly ms?: readonly [least: number, most: number]
  readonly device?: readonly SimDevice[]
  readonly en: string
  readonly zh: string
}

export type SimDevice = 'reader' | 'pinPad' | 'printer'

const LINK: readonly SimDevice[] = ['reader', 'pinPad']
const ALL: readonly SimDevice[] = ['reader', 'pinPad', 'printer']
const SHORT = [1, 900] as const
const OUTAGE = [500, 20_000] as const

/** Every fault that the simulated world knows, by the name that scenarios and reports use. */
export const FAULT_KINDS = {
  refuseDial: {
    hook: 'dial',
    perMille: 8,
    nthMax: 2,
    ms: OUTAGE,
    en: 'host refuses connections',
    zh: '主机拒绝连接',
  },
  slowDial: {
    hook: 'dial',
    perMille: 5,
    nthMax: 2,
    ms: [500, 15_000],
    en: 'connection comes late',
    zh: '连接缓慢',
  },

  cutBeforeRequest: {
    hook: 'request',
    perMille: 6,
    nthMax: 3,
    en: 'line cut before the request',
    zh: '请求发出前断线',
  },
  cutInRequest: {
    hook: 'request',
    perMille: 6,
    nthMax: 3,
    en: 'line cut in the middle of the request',
    zh: '请求发送中断线',
  },
  cutAfterRequest: {
    hook: 'request',
    perMille: 8,
    nthMax: 3,
    en: 'line cut after the request',
    zh: '请求发出后断线',
  },
  loseRequest: { hook: 'request', perMille: 6, nthMax: 3, en: 'request lost', zh: '请求丢失' },
  delayRequest: {
    hook: 'request',
    perMille: 6,
    nthMax: 3,
    ms: [1000, 60_000],
    en: 'request late, perhaps after its reversal',
    zh: '请求迟到',
  },
  duplicateRequest: {
    hook: 'request',
    perMille: 7,
    nthMax: 3,
    ms: [1, 20_000],
    en: 'request arrives twice',
    zh: '请求重复',
  },
  reorderRequests: {
    hook: 'request',
    perMille: 5,
    nthMax: 3,
    en: 'an older request arrives again after this one',
    zh: '请求乱序',
  },
  corruptRequest: {
    hook: 'request',
    perMille: 6,
    nthMax: 3,
    en: 'byte of the request damaged',
    zh: '请求字节错误',
  },
  corruptRequestLength: {
    hook: 'request',
    perMille: 3,
    nthMax: 3,
    en: 'length of the request damaged',
    zh: '请求长度错误',
  },
  splitRequest: {
    hook: 'request',
    perMille: 5,
    nthMax: 3,
    ms: SHORT,
    en: 'request in pieces',
    zh: '请求分片',
  },
  wrongRequestMac: {
    hook: 'request',
    perMille: 4,
    nthMax: 2,
    en: 'request with a wrong MAC',
    zh: '请求 MAC 错误',
  },

  cutBeforeReply: {
    hook: 'reply',
    perMille: 6,
    nthMax: 3,
    en: 'line cut before the reply',
    zh: '应答前断线',
  },
  cutInReply: {
    hook: 'reply',
    perMille: 6,
    nthMax: 3,
    en: 'line cut in the middle of the reply',
    zh: '应答中断线',
  },
  cutAfterReply: { hook: 'reply', perMille: 5, nthMax: 3, en: 'line cut after the reply', zh: '应答后断线' },
  loseReply: { hook: 'reply', perMille: 10, nthMax: 3, en: 'reply lost', zh: '应答丢失' },
  delayReply: { hook: 'reply', perMille: 7, nthMax: 3, ms: [1000, 60_000], en: 'reply late', zh: '应答迟到' },
  duplicateReply: {
    hook: 'reply',
    perMille: 6,
    nthMax: 3,
    ms: [1, 5000],
    en: 'reply comes twice',
    zh: '应答重复',
  },
  reorderReplies: {
    hook: 'reply',
    perMille: 5,
    nthMax: 3,
    en: 'reply comes after the next one',
    zh: '应答乱序',
  },
  lateReply: {
    hook: 'reply',
    perMille: 7,
    nthMax: 2,
    en: 'reply comes on the next connection, after the reversal began',
    zh: '冲正后收到迟到应答',
  },
  corruptReply: {
    hook: 'reply',
    perMille: 6,
    nthMax: 3,
    en: 'byte of the reply damaged',
    zh: '应答字节错误',
  },
  corruptReplyLength: {
    hook: 'reply',
    perMille: 3,
    nthMax: 3,
    en: 'length of the reply damaged',
    zh: '应答长度错误',
  },
  splitReply: { hook: 'reply', perMille: 5, nthMax: 3, ms: SHORT, en: 'reply in pieces', zh: '应答分片' },
  wrongStanReply: {
    hook: 'reply',
    perMille: 6,
    nthMax: 2,
    en: 'reply with another trace number',
    zh: '应答流水号错误',
  },
  wrongMacReply: { hook: 'reply', perMille: 6, nthMax: 2, en: 'reply with a wrong MAC', zh: '应答 MAC 错误' },

  crashHostBeforeCommit: {
    hook: 'commit',
    perMille: 4,
    nthMax: 3,
    ms: OUTAGE,
    en: 'host loses power before it commits',
    zh: '主机提交前断电',
  },
  crashHostInCommit: {
    hook: 'commit',
    perMille: 5,
    nthMax: 3,
    ms: OUTAGE,
    en: 'host loses power in the middle of the commit',
    zh: '主机提交中断电',
  },
  crashHostAfterCommit: {
    hook: 'commit',
    perMille: 5,
    nthMax: 3,
    ms: OUTAGE,
    en: 'host loses power after the commit, before the reply',
    zh: '主机提交后应答前断电',
  },
  restartHost: { hook: 'step', perMille: 4, nthMax: 1, ms: [1, 12_000], en: 'host restarts', zh: '主机重启' },
  hostDiskFull: {
    hook: 'commit',
    perMille: 3,
    nthMax: 2,
    ms: OUTAGE,
    en: "host's disk is full",
    zh: '主机磁盘满',
  },
  hostClockJump: {
    hook: 'step',
    perMille: 3,
    nthMax: 1,
    ms: [1000, 7_200_000],
    en: "host's clock jumps",
    zh: '主机时钟跳变',
  },

  cutPowerBeforeEffect: {
    hook: 'effect',
    perMille: 10,
    nthMax: 60,
    ms: OUTAGE,
    en: 'power cut before an effect',
    zh: '动作前断电',
  },
  cutPowerAfterEffect: {
    hook: 'effect',
    perMille: 10,
    nthMax: 60,
    ms: OUTAGE,
    en: 'power cut after an effect',
    zh: '动作后断电',
  },
  cutPowerBeforeAppend: {
    hook: 'append',
    perMille: 7,
    nthMax: 5,
    ms: OUTAGE,
    en: 'power cut before the journal append',
    zh: '写日志前断电',
  },
  cutPowerInAppend: {
    hook: 'append',
    perMille: 9,
    nthMax: 5,
    ms: OUTAGE,
    en: 'power cut in the middle of the journal append',
    zh: '写日志中断电',
  },
  cutPowerAfterAppend: {
    hook: 'append',
    perMille: 9,
    nthMax: 5,
    ms: OUTAGE,
    en: 'power cut after the journal append',
    zh: '写日志后断电',
  },
  cutPowerAtTime: {
    hook: 'step',
    perMille: 6,
    nthMax: 1,
    ms: [1, 20_000],
    en: 'power cut at some moment',
    zh: '任意时刻断电',
  },
  terminalDiskFull: {
    hook: 'append',
    perMille: 4,
    nthMax: 4,
    ms: OUTAGE,
    en: "terminal's disk is full",
    zh: '终端磁盘满',
  },
  storageLow: {
    hook: 'step',
    perMille: 3,
    nthMax: 1,
    ms: [0, 0],
    en: 'little room left on the terminal',
    zh: '终端存储不足',
  },
  terminalClockJump: {
    hook: 'step',
    perMille: 4,
    nthMax: 1,
    ms: [1000, 90_000_000],
    en: "terminal's clock jumps",
    zh: '终端时钟跳变',
  },

  unplug: {
    hook: 'serialByte',
    perMille: 12,
    nthMax: 6000,
    ms: OUTAGE,
    device: ALL,
    en: 'cable of a device pulled',
    zh: '外设拔出',
  },
  noise: {
    hook: 'fromDevice',
    perMille: 6,
    nthMax: 80,
    device: ALL,
    en: 'noise on the serial line',
    zh: '串口噪声',
  },
  crcToDevice: {
    hook: 'toDevice',
    perMille: 5,
    nthMax: 80,
    device: LINK,
    en: 'frame to a device damaged (CRC)',
    zh: '下行帧校验错',
  },
  crcFromDevice: {
    hook: 'fromDevice',
    perMille: 5,
    nthMax: 80,
    device: LINK,
    en: 'frame of a device damaged (CRC)',
    zh: '上行帧校验错',
  },
  loseToDevice: {
    hook: 'toDevice',
    perMille: 5,
    nthMax: 80,
    device: LINK,
    en: 'frame to a device lost (command or acknowledgement)',
    zh: '下行帧丢失',
  },
  loseFromDevice: {
    hook: 'fromDevice',
    perMille: 5,
    nthMax: 80,
    device: LINK,
    en: 'frame of a device lost (reply, event or acknowledgement)',
    zh: '上行帧丢失',
  },
  splitSerial: {
    hook: 'fromDevice',
    perMille: 4,
    nthMax: 80,
    ms: [1, 40],
    device: LINK,
    en: 'serial bytes come in pieces',
    zh: '串口分片',
  },
  stuckDevice: {
    hook: 'toDevice',
    perMille: 5,
    nthMax: 80,
    ms: [200, 6000],
    device: ALL,
    en: 'device is stuck',
    zh: '外设无响应',
  },
  deviceReset: {
    hook: 'toDevice',
    perMille: 4,
    nthMax: 80,
    device: LINK,
    en: 'device restarts by itself',
    zh: '外设自行重启',
  },
  paperOut: {
    hook: 'step',
    perMille: 8,
    nthMax: 40,
    ms: [1000, 20_000],
    device: ['printer'],
    en: 'paper ends in the middle of a slip',
    zh: '打印中缺纸',
  },
  coverOpen: {
    hook: 'step',
    perMille: 4,
    nthMax: 1,
    ms: [1000, 20_000],
    device: ['printer'],
    en: "printer's cover opened",
    zh: '打印机开盖',
  },

  cardPulled: {
    hook: 'apdu',
    perMille: 9,
    nthMax: 30,
    en: 'card pulled between two APDUs',
    zh: '交互中拔卡',
  },
  cardDirty: { hook: 'card', perMille: 5, nthMax: 1, en: 'chip not readable', zh: '芯片不可读' },
  cardAbsent: { hook: 'card', perMille: 4, nthMax: 1, en: 'no card comes', zh: '不插卡超时' },
  stripeOfChip: {
    hook: 'card',
    perMille: 4,
    nthMax: 1,
    en: 'stripe of a chip card swiped',
    zh: '芯片卡刷磁条',
  },
  pinCancelled: { hook: 'pin', perMille: 5, nthMax: 1, en: 'PIN cancelled', zh: '取消输密' },
  pinTimeout: { hook: 'pin', perMille: 3, nthMax: 1, en: 'no PIN comes', zh: '输密超时' },
  pinWrong: { hook: 'pin', perMille: 4, nthMax: 1, en: 'wrong PIN', zh: '密码错误' },
  pinBypassed: { hook: 'pin', perMille: 3, nthMax: 1, en: 'no PIN, only enter', zh: '跳过输密' },

  cancelKey: { hook: 'effect', perMille: 6, nthMax: 40, en: 'operator presses cancel', zh: '操作员按取消' },
  questionCancelled: {
    hook: 'question',
    perMille: 4,
    nthMax: 2,
    en: 'operator cancels a question',
    zh: '操作员取消提问',
  },
  questionTimeout: {
    hook: 'question',
    perMille: 3,
    nthMax: 2,
    en: 'operator does not answer',
    zh: '操作员不应答',
  },
  wrongPassword: {
    hook: 'question',
    perMille: 4,
    nthMax: 1,
    en: 'operator types nonsense',
    zh: '操作员输入错误',
  },

  tapTooShort: {
    hook: 'card',
    perMille: 40,
    nthMax: 2,
    en: 'card pulled out of the field',
    zh: '挥卡过早移开',
  },
  twoCards: { hook: 'card', perMille: 30, nthMax: 2, en: 'two cards in the field', zh: '同时出示两张卡' },
} as const satisfies { readonly [kind: string]: FaultKindInfo }

export type FaultKind = keyof typeof FAULT_KINDS

export const FAULT_NAMES = Object.keys(FAULT_KINDS) as readonly FaultKind[]

/** One fault of one step. JSON-safe. */
export interface Fault {
  readonly kind: FaultKind
  /** Strikes at this moment of its hook, from 1. */
  readonly nth: number
  /** 0 when the kind has no length. */
  readonly ms: number
  /** 0 to 999: where in the frame, which variant. */
  readonly part: number
  readonly device?: SimDevice
}

/** Of terminals that take taps only; the others' days are the same without them. */
export const TAP_FAULTS: ReadonlySet<FaultKind> = new Set<FaultKind>(['tapTooShort', 'twoCards'])

export function hookOf(kind: FaultKind): Hook {
  return FAULT_KINDS[kind].hook
}
