import { concatBytes } from '../base/bytes.ts'
import { invariant } from '../base/invariant.ts'

/** A response without its status, and the status word. */
export interface ResponseApdu {
  readonly data: Uint8Array
  /** SW1 SW2 as one number, such as 0x9000. */
  readonly status: number
}

/** A command taken apart. */
export interface CommandApdu {
  readonly cla: number
  readonly ins: number
  readonly p1: number
  readonly p2: number
  readonly data: Uint8Array
  /** Expected response size, 1 to 256; undefined when no response data are expected. */
  readonly expected: number | undefined
}

export const SW = {
  ok: 0x9000,
  blocked: 0x6283,
  warningChanged: 0x6300,
  wrongLength: 0x6700,
  methodBlocked: 0x6983,
  dataInvalidated: 0x6984,
  conditionsNotSatisfied: 0x6985,
  securityNotSatisfied: 0x6982,
  macMissing: 0x6987,
  macWrong: 0x6988,
  wrongData: 0x6a80,
  notSupported: 0x6a81,
  fileNotFound: 0x6a82,
  recordNotFound: 0x6a83,
  wrongParameters: 0x6a86,
  referencedDataNotFound: 0x6a88,
  unknownInstruction: 0x6d00,
  unknownClass: 0x6e00,
} as const

/** Largest command data and response data in bytes. Source: EMV Book 3, 6.3. */
export const DATA_SIZE_MAX = 255

/** A command with data and, at its end, Le 00. Source: EMV Book 3, 6.5. */
function withData(header: readonly [number, number, number, number], data: Uint8Array): Uint8Array {
  invariant(data.length <= DATA_SIZE_MAX, `command data of ${data.length} bytes`)
  return concatBytes([Uint8Array.of(...header, data.length), data, Uint8Array.of(0)])
}

/** A command with data, but no response data. */
function oneWay(header: readonly [number, number, number, number], data: Uint8Array): Uint8Array {
  invariant(data.length <= DATA_SIZE_MAX, `command data of ${data.length} bytes`)
  return concatBytes([Uint8Array.of(...header, data.length), data])
}

/** `occurrence` next: the following application whose name begins with `name`. */
export function selectCommand(name: Uint8Array, occurrence: 'first' | 'next' = 'first'): Uint8Array {
  return withData([0x00, 0xa4, 0x04, occurrence === 'first' ? 0x00 : 0x02], name)
}

/** `record`: 1 to 255; `sfi`: 1 to 30. */
export function readRecordCommand(sfi: number, record: number): Uint8Array {
  return Uint8Array.of(0x00, 0xb2, record, (sfi << 3) | 4, 0)
}

/** `pdolData`: values of the PDOL without their template. */
export function processingOptionsCommand(pdolData: Uint8Array): Uint8Array {
  const template =
    pdolData.length < 0x80 ? Uint8Array.of(0x83, pdolData.length) : Uint8Array.of(0x83, 0x81, pdolData.length)
  return withData([0x80, 0xa8, 0x00, 0x00], concatBytes([template, pdolData]))
}

const CRYPTOGRAM_TYPE = { AAC: 0x00, TC: 0x40, ARQC: 0x80 } as const

export type RequestedCryptogram = keyof typeof CRYPTOGRAM_TYPE

export function generateAcCommand(kind: RequestedCryptogram, cda: boolean, cdolData: Uint8Array): Uint8Array {
  return withData([0x80, 0xae, CRYPTOGRAM_TYPE[kind] | (cda ? 0x10 : 0), 0x00], cdolData)
}

export function internalAuthenticateCommand(ddolData: Uint8Array): Uint8Array {
  return withData([0x00, 0x88, 0x00, 0x00], ddolData)
}

/** `authenticationData`: 8 to 16 bytes, the value of tag 91. */
export function externalAuthenticateCommand(authenticationData: Uint8Array): Uint8Array {
  return oneWay([0x00, 0x82, 0x00, 0x00], authenticationData)
}

/** `tag`: two bytes in hexadecimal. */
export function getDataCommand(tag: string): Uint8Array {
  return Uint8Array.of(
    0x80,
    0xca,
    Number.parseInt(tag.slice(0, 2), 16),
    Number.parseInt(tag.slice(2, 4), 16),
    0,
  )
}

/** Status and data of a response; undefined when it is shorter than a status word. */
export function splitResponse(bytes: Uint8Array): ResponseApdu | undefined {
  if (bytes.length < 2) return undefined
  const at = bytes.length - 2
  return { data: bytes.subarray(0, at), status: ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0) }
}

/** Takes a short command apart; undefined when its lengths contradict each other. Source: ISO/IEC 7816-4, 5.1. */
export function parseCommand(bytes: Uint8Array): CommandApdu | undefined {
  const [cla, ins, p1, p2, third] = bytes
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) return undefined
  const header = { cla, ins, p1, p2 }
  const nothing = new Uint8Array(0)
  if (third === undefined) return { ...header, data: nothing, expected: undefined }
  if (bytes.length === 5) return { ...header, data: nothing, expected: third === 0 ? 256 : third }
  const end = 5 + third
  if (third === 0 || bytes.length < end || bytes.length > end + 1) return undefined
  const last = bytes[end]
  const expected = last === undefined ? undefined : last === 0 ? 256 : last
  return { ...header, data: bytes.subarray(5, end), expected }
}

/** Whether a command took effect: 9000, or a warning. */
export function isSuccessOrWarning(status: number): boolean {
  const high = status >> 8
  return status === SW.ok || high === 0x62 || high === 0x63
}

const STATUS_TEXTS: readonly (readonly [status: number, en: string, zh: string])[] = [
  [0x9000, 'done', '成功'],
  [0x6200, 'warning, state unchanged', '警告：状态未变'],
  [0x6281, 'part of the data may be corrupt', '返回数据可能出错'],
  [0x6283, 'selected file is blocked', '选择的文件无效（已锁定）'],
  [0x6300, 'authentication failed', '认证失败'],
  [0x6400, 'execution error, state unchanged', '执行错误：状态未变'],
  [0x6581, 'memory failure', '存储器故障'],
  [0x6700, 'wrong length', '长度错误'],
  [0x6882, 'secure messaging is not supported', '不支持安全报文'],
  [0x6900, 'command not allowed', '命令不允许'],
  [0x6982, 'security conditions are not satisfied', '安全状态不满足'],
  [0x6983, 'authentication method is blocked', '认证方法锁定'],
  [0x6984, 'referenced data are invalidated', '引用数据无效'],
  [0x6985, 'conditions of use are not satisfied', '使用条件不满足'],
  [0x6986, 'command not allowed, no current file', '命令不允许：无当前文件'],
  [0x6987, 'secure messaging data are missing', '安全报文数据项丢失'],
  [0x6988, 'secure messaging data are wrong', '安全报文数据项不正确'],
  [0x6a80, 'wrong data in the command', '数据域参数不正确'],
  [0x6a81, 'function not supported or card blocked', '功能不支持或卡片锁定'],
  [0x6a82, 'file or application not found', '文件或应用未找到'],
  [0x6a83, 'record not found', '记录未找到'],
  [0x6a86, 'wrong P1 or P2', 'P1、P2 参数不正确'],
  [0x6a88, 'referenced data not found', '引用数据未找到'],
  [0x6b00, 'wrong P1 or P2', 'P1、P2 参数错误'],
  [0x6d00, 'instruction not supported', '指令不支持'],
  [0x6e00, 'class not supported', '类别不支持'],
  [0x6f00, 'no precise diagnosis', '未定义的错误'],
]

/** What a status word says. Source: ISO/IEC 7816-4, 5.1.3. */
export function statusText(status: number, language: 'zh' | 'en' = 'en'): string {
  const hex = status.toString(16).toUpperCase().padStart(4, '0')
  if ((status & 0xfff0) === 0x63c0) {
    const tries = status & 0xf
    return language === 'zh' ? `${hex} 验证失败，剩余 ${tries} 次` : `${hex} wrong, ${tries} tries left`
  }
  if (status >> 8 === 0x61) {
    return language === 'zh' ? `${hex} 还有数据可取` : `${hex} more data to be fetched`
  }
  if (status >> 8 === 0x6c) {
    return language === 'zh' ? `${hex} Le 长度错误` : `${hex} wrong expected length`
  }
  const row = STATUS_TEXTS.find(([known]) => known === status)
  if (row === undefined) return language === 'zh' ? `${hex} 未知状态` : `${hex} unknown status`
  return `${hex} ${language === 'zh' ? row[2] : row[1]}`
}
