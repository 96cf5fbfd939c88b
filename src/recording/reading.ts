import { asciiToBytes, toHex } from '../base/bytes.ts'
import { decodeTlvs, isConstructed } from '../emv/ber-tlv.ts'
import type { Envelope } from '../iso8583/framing/envelope.ts'
import type { FieldValue, Message } from '../iso8583/message.ts'
import { valueToText } from '../iso8583/message-text.ts'
import type { Reading } from './recording-entry.ts'

const CHIP_DATA = 55

/** Envelope, type, fields and chip data objects of a message, each at its place. */
export function readMessage(envelope: Envelope, { mti, fields }: Message): Reading {
  const reading: Record<string, string> = {}
  if (envelope.tpdu !== undefined) reading['tpdu'] = envelope.tpdu
  if (envelope.header !== undefined) reading['header'] = envelope.header
  reading['mti'] = mti
  for (const [bit, value] of Object.entries(fields)) {
    if (value === undefined) continue
    const place = `F${bit}`
    if (Number(bit) !== CHIP_DATA || !readTlvs(place, bytesOf(value), reading))
      reading[place] = valueToText(value)
  }
  return reading
}

function bytesOf(value: FieldValue): Uint8Array {
  return typeof value === 'string' ? asciiToBytes(value) : value
}

/** Adds each object at `place.TAG`, those in templates at `place.TEMPLATE.TAG`. False when the bytes are none. */
export function readTlvs(place: string, bytes: Uint8Array, into: Record<string, string>): boolean {
  const decoded = decodeTlvs(bytes)
  if (!decoded.ok) return false
  for (const { tag, value } of decoded.value) {
    const at = freePlace(`${place}.${tag}`, into)
    if (!isConstructed(tag) || value.length === 0 || !readTlvs(at, value, into)) into[at] = toHex(value)
  }
  return true
}

/** The second of two objects with one tag is `9F26#2`. */
function freePlace(place: string, taken: Reading): string {
  const isTaken = (at: string): boolean =>
    Object.keys(taken).some((other) => other === at || other.startsWith(`${at}.`))
  if (!isTaken(place)) return place
  let count = 2
  while (isTaken(`${place}#${count}`)) count++
  return `${place}#${count}`
}
