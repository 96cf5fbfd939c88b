import { fromHex } from '../../../src/base/bytes.ts'
import { findTlv } from '../../../src/emv/ber-tlv.ts'
import { type DolItem, parseDol } from '../../../src/emv/dol.ts'
import type { ApplicationImage } from './card-image.ts'

/** A data object of the application's records. */
export function recordObject(application: ApplicationImage, tag: string): Uint8Array | undefined {
  for (const { data } of application.records) {
    const value = findTlv(fromHex(data), tag)
    if (value !== undefined) return value
  }
  return undefined
}

/** A data object list of the application's records; empty when it has none. */
export function recordList(application: ApplicationImage, tag: string): readonly DolItem[] {
  const list = parseDol(recordObject(application, tag) ?? new Uint8Array(0))
  return list.ok ? list.value : []
}

/** Application transaction counter, 2 bytes. */
export function counterBytes(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff)
}
