import { asciiToBytes, bytesToAscii, concatBytes } from '../../base/bytes.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { SubfieldError } from './subfield-error.ts'

/** A working key under the terminal master key, with its check value. */
export interface WrappedKeyField {
  /** 8 or 16 bytes. */
  readonly cryptogram: Uint8Array
  /** 4 bytes; 3 in some dialects. */
  readonly checkValue: Uint8Array
}

/** Working keys of a sign-in reply. Source: docs of the UnionPay dialect, 10.1. */
export interface WorkingKeysField {
  readonly pinKey: WrappedKeyField
  /** Single length when bytes 9 to 16 of its slot are zero: those are no key and are left out here. */
  readonly macKey: WrappedKeyField
  readonly trackKey?: WrappedKeyField
}

/**
 * Key bytes and check value bytes of each slot, by the size of the whole field. 56 bytes are met too: two
 * double-length keys and a single-length track key in a slot of 12 with its check value.
 */
const LAYOUTS: Readonly<Record<number, readonly (readonly [key: number, check: number])[]>> = {
  24: [
    [8, 4],
    [8, 4],
  ],
  40: [
    [16, 4],
    [16, 4],
  ],
  56: [
    [16, 4],
    [16, 4],
    [12, 4],
  ],
  57: [
    [16, 3],
    [16, 3],
    [16, 3],
  ],
  60: [
    [16, 4],
    [16, 4],
    [16, 4],
  ],
  84: [
    [24, 4],
    [24, 4],
    [24, 4],
  ],
}

export function parseWorkingKeys(bytes: Uint8Array): Result<WorkingKeysField, SubfieldError> {
  const layout = LAYOUTS[bytes.length]
  if (layout === undefined) return err({ kind: 'wrongLength', offset: bytes.length })
  const slots: WrappedKeyField[] = []
  let at = 0
  for (const [keySize, checkSize] of layout) {
    slots.push({
      cryptogram: bytes.slice(at, at + keySize),
      checkValue: bytes.slice(at + keySize, at + keySize + checkSize),
    })
    at += keySize + checkSize
  }
  const [pinKey, macKey, trackKey] = slots as [WrappedKeyField, WrappedKeyField, WrappedKeyField?]
  return ok({
    pinKey: withoutZeroTail(pinKey, 16),
    macKey: withoutZeroTail(withoutZeroTail(macKey, 16), 8),
    ...(trackKey === undefined ? {} : { trackKey: withoutZeroTail(trackKey, 16) }),
  })
}

/** A key that is shorter than its slot has zeros behind it. */
function withoutZeroTail(slot: WrappedKeyField, size: number): WrappedKeyField {
  const { cryptogram, checkValue } = slot
  const isShort = cryptogram.length > size && cryptogram.subarray(size).every((byte) => byte === 0)
  return isShort ? { cryptogram: cryptogram.slice(0, size), checkValue } : slot
}

/** 60 bytes with a track key, 40 without; 24 when both keys are single length and there is no track key. */
export function formatWorkingKeys(keys: WorkingKeysField): Uint8Array {
  const slots = [keys.pinKey, keys.macKey, ...(keys.trackKey === undefined ? [] : [keys.trackKey])]
  const single = slots.length === 2 && slots.every((slot) => slot.cryptogram.length === 8)
  return concatBytes(
    slots.flatMap(({ cryptogram, checkValue }) => {
      const slot = new Uint8Array(single ? 8 : 16)
      slot.set(cryptogram)
      return [slot, checkValue]
    }),
  )
}

/** Terminal serial number of a sign-in request. Source: docs of the UnionPay dialect, 4, sign-in. */
export interface TerminalSerialField {
  /** Four-character certificate code. */
  readonly certificate: string
  readonly serialNumber: string
}

const SERIAL_LABEL = 'Sequence No'

export function parseTerminalSerial(bytes: Uint8Array): Result<TerminalSerialField, SubfieldError> {
  const text = bytesToAscii(bytes)
  if (!text.startsWith(SERIAL_LABEL)) return err({ kind: 'badValue', offset: 0 })
  const at = SERIAL_LABEL.length
  if (!/^\d\d$/.test(text.slice(at, at + 2))) return err({ kind: 'badDigit', offset: at })
  const value = text.slice(at + 2)
  if (value.length !== Number(text.slice(at, at + 2)) || value.length < 4) {
    return err({ kind: 'wrongLength', offset: at })
  }
  return ok({ certificate: value.slice(0, 4), serialNumber: value.slice(4) })
}

export function formatTerminalSerial({ certificate, serialNumber }: TerminalSerialField): Uint8Array {
  const value = certificate + serialNumber
  return asciiToBytes(SERIAL_LABEL + String(value.length).padStart(2, '0') + value)
}

/** Names and sizes of the parameters of a download reply. Source: docs of the UnionPay dialect, 5.3. */
const PARAMETERS: Readonly<Record<string, readonly [name: string, size: number]>> = {
  '11': ['applicationType', 2],
  '12': ['replyTimeoutSeconds', 2],
  '13': ['dialRetries', 1],
  '14': ['phone1', 14],
  '15': ['phone2', 14],
  '16': ['phone3', 14],
  '17': ['managementPhone', 14],
  '18': ['tipSupported', 1],
  '19': ['tipPercentMax', 2],
  '20': ['manualPanSupported', 1],
  '21': ['automaticSignOff', 1],
  '22': ['merchantName', 40],
  '23': ['resendCount', 1],
  '24': ['offlineSendMode', 1],
  '25': ['masterKeyIndex', 1],
  '26': ['transactionBitmap', 4],
  '27': ['offlineCountMax', 2],
}

/** One parameter of a download reply or status upload. */
export interface ParameterItem {
  readonly code: string
  readonly name: string
  readonly value: string
}

/** A concatenation of two-character codes and values of fixed size. `text`: one character a byte. */
export function parseParameters(text: string): Result<readonly ParameterItem[], SubfieldError> {
  const items: ParameterItem[] = []
  for (let at = 0; at < text.length; ) {
    const code = text.slice(at, at + 2)
    const parameter = PARAMETERS[code]
    if (parameter === undefined) return err({ kind: 'badValue', offset: at })
    const [name, size] = parameter
    if (at + 2 + size > text.length) return err({ kind: 'wrongLength', offset: at })
    items.push({ code, name, value: text.slice(at + 2, at + 2 + size) })
    at += 2 + size
  }
  return ok(items)
}

export function formatParameters(items: readonly Pick<ParameterItem, 'code' | 'value'>[]): string {
  return items.map(({ code, value }) => code + value.padEnd(PARAMETERS[code]?.[1] ?? 0, ' ')).join('')
}

/** First byte of a CA key or AID reply. */
export type DownloadFlag = 'none' | 'complete' | 'more' | 'moreButStop'

const FLAGS: Readonly<Record<string, DownloadFlag>> = {
  '0': 'none',
  '1': 'complete',
  '2': 'more',
  '3': 'moreButStop',
}

/** Flag and TLV objects of a CA key or AID query or download reply. Source: docs of the UnionPay dialect, 5.3. */
export function parseDownloadReply(
  bytes: Uint8Array,
): Result<{ readonly flag: DownloadFlag; readonly objects: Uint8Array }, SubfieldError> {
  const flag = FLAGS[String.fromCharCode(bytes[0] ?? 0)]
  if (flag === undefined) return err({ kind: 'badValue', offset: 0 })
  return ok({ flag, objects: bytes.slice(1) })
}
