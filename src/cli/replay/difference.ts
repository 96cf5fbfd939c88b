import { truncatePan } from '../../base/exposure.ts'
import { tagInfo } from '../../emv/tags.ts'
import type { MessageSpec } from '../../iso8583/spec.ts'
import type { LineName, Reading } from '../../recording/recording-entry.ts'

/** One place that today's code reads, writes or answers otherwise than the recording says. */
export interface Difference {
  /** Of the recording. */
  readonly lineNumber: number
  readonly line: LineName
  /** `reading`: decoded otherwise. `bytes`: written otherwise. `reply`: answered otherwise. `paper`: printed otherwise. */
  readonly check: 'reading' | 'bytes' | 'reply' | 'paper'
  /** Message type, or type of the frame. */
  readonly what: string
  /** `F39`, `F55.9F36`, a member of a frame, or a line of paper. */
  readonly place: string
  readonly nameEn: string
  readonly nameZh: string
  /** As it may be shown; undefined: not there. */
  readonly recorded: string | undefined
  readonly today: string | undefined
}

export type Subject = Pick<Difference, 'lineNumber' | 'line' | 'check' | 'what'>

/** The places in which two readings differ. `spec`: of the message, for names and for what may be shown. */
export function compareReadings(
  subject: Subject,
  recorded: Reading,
  today: Reading,
  spec: MessageSpec | undefined,
  isEqual: (place: string, recorded: string | undefined, today: string | undefined) => boolean = (_, a, b) =>
    a === b,
): readonly Difference[] {
  const places = new Set([...Object.keys(recorded), ...Object.keys(today)])
  const differences: Difference[] = []
  for (const place of places) {
    const [before, now] = [recorded[place], today[place]]
    if (!isEqual(place, before, now)) differences.push(difference(subject, place, before, now, spec))
  }
  return differences
}

export function difference(
  subject: Subject,
  place: string,
  recorded: string | undefined,
  today: string | undefined,
  spec: MessageSpec | undefined,
): Difference {
  const { en, zh, exposure } = describePlace(place, spec)
  const other = at(recorded, today)
  const shown = (value: string | undefined): string | undefined => {
    if (value === undefined || exposure === 'clear') return value
    if (exposure === 'truncatedPan' && /^\d+F*$/.test(value)) return truncatePan(value.replace(/F+$/, ''))
    return `<${value.length} characters>${other}`
  }
  return { ...subject, place, nameEn: en, nameZh: zh, recorded: shown(recorded), today: shown(today) }
}

/** Where two values that may not be shown begin to differ. */
function at(recorded: string | undefined, today: string | undefined): string {
  if (recorded === undefined || today === undefined || recorded.length !== today.length) return ''
  const index = [...recorded].findIndex((character, place) => character !== today[place])
  return index < 0 ? '' : ` differs at ${index + 1}`
}

type Shown = 'clear' | 'truncatedPan' | 'never'

interface Place {
  readonly en: string
  readonly zh: string
  readonly exposure: Shown
}

/** Members of link frames that may be shown; what is not here is shown by its size. */
const MEMBERS: Readonly<Record<string, readonly [en: string, zh: string, exposure: Shown]>> = {
  tpdu: ['TPDU', 'TPDU', 'clear'],
  header: ['header', '报文头', 'clear'],
  mti: ['message type', '报文类型', 'clear'],
  message: ['message', '报文', 'clear'],
  text: ['printed text', '打印文本', 'clear'],
  frame: ['frame', '帧', 'clear'],
  address: ['device address', '设备地址', 'clear'],
  sequence: ['sequence number', '序号', 'clear'],
  what: ['command or event', '命令或事件', 'clear'],
  status: ['status', '状态', 'clear'],
  kind: ['kind', '种类', 'clear'],
  pan: ['card number', '卡号', 'truncatedPan'],
  atr: ['answer to reset', '复位应答', 'clear'],
  apdu: ['command header', '命令头', 'clear'],
  expected: ['expected size', '期望长度', 'clear'],
  sw: ['status word', '状态字', 'clear'],
  chip: ['chip wanted', '接受芯片', 'clear'],
  stripe: ['stripe wanted', '接受磁条', 'clear'],
  timeoutMs: ['time-out', '超时', 'clear'],
  algorithm: ['algorithm', '算法', 'clear'],
  hasMore: ['more follows', '还有后续', 'clear'],
  bootId: ['boot number', '启动号', 'clear'],
  flags: ['flags', '标志', 'clear'],
  fault: ['fault', '故障', 'clear'],
  deviceClass: ['device class', '设备类别', 'clear'],
  protocolVersion: ['protocol version', '协议版本', 'clear'],
  serialNumber: ['serial number', '序列号', 'clear'],
  firmware: ['firmware', '固件', 'clear'],
  lengthMin: ['least digits', '最少位数', 'clear'],
  lengthMax: ['most digits', '最多位数', 'clear'],
}

function describePlace(place: string, spec: MessageSpec | undefined): Place {
  const [head = '', ...path] = place.split('.')
  const tag = path.at(-1)?.replace(/#\d+$/, '')
  const info = tag === undefined ? undefined : tagInfo(tag)
  if (tag !== undefined)
    return {
      en: info?.name ?? 'unknown tag',
      zh: info?.nameZh ?? '未知标签',
      exposure: info?.exposure ?? 'never',
    }
  const bit = /^F(\d+)$/.exec(head)?.[1]
  const element = bit === undefined ? undefined : spec?.elements[Number(bit)]
  if (element !== undefined)
    return { en: element.name, zh: element.nameZh ?? element.name, exposure: element.exposure }
  const member = MEMBERS[head]
  return member === undefined
    ? { en: head, zh: head, exposure: 'never' }
    : { en: member[0], zh: member[1], exposure: member[2] }
}
