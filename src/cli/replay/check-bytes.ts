import { encodeFrame, LinkDecoder } from '../../../hardware/protocol/link-frame.ts'
import { equalBytes, fromHex } from '../../base/bytes.ts'
import { dialectOfFrame, type PortDialect } from '../../host/gateway/gateway-options.ts'
import type { Codec } from '../../iso8583/compile.ts'
import { describeDecodeError } from '../../iso8583/decode-error.ts'
import { type EnvelopeKind, parseEnvelope } from '../../iso8583/framing/envelope.ts'
import { type LengthPrefix, lengthPrefixSize, readLengthPrefix } from '../../iso8583/framing/length-prefix.ts'
import type { Message } from '../../iso8583/message.ts'
import { readLinkFrame } from '../../recording/link-reading.ts'
import { readMessage } from '../../recording/reading.ts'
import type { Reading, RecordedBytes } from '../../recording/recording-entry.ts'
import { compareReadings, type Difference, difference, type Subject } from './difference.ts'
import { recodeLinkPayload } from './link-recode.ts'

export type NumberedBytes = RecordedBytes & { readonly lineNumber: number }

/** How a recorded port speaks. */
export interface ReplayPort {
  readonly dialect: PortDialect
  readonly prefix: LengthPrefix
  readonly envelope: EnvelopeKind
  readonly codec: (dialect: string) => Codec
}

/** One frame of the host's line, as today's code reads it. */
export interface HostFrame {
  readonly codec: Codec
  /** Without its length. */
  readonly frame: Uint8Array
  /** First byte of the message in it. */
  readonly start: number
  readonly message: Message
  readonly reading: Reading
}

/** Reads a recorded frame of the host's line; text that says why it is none. */
export function readHostFrame(bytes: Uint8Array, port: ReplayPort): HostFrame | string {
  const size = readLengthPrefix(port.prefix, bytes, 0)
  const frame = bytes.subarray(lengthPrefixSize(port.prefix))
  if (size !== frame.length) return 'its length is wrong'
  const parsed = parseEnvelope(frame, port.envelope)
  if (parsed === undefined) return 'it is shorter than its envelope'
  const codec = port.codec(dialectOfFrame(port.dialect, frame))
  const decoded = codec.decode(frame, parsed.start)
  if (!decoded.ok) return `it does not decode: ${describeDecodeError(decoded.error)}`
  const message = decoded.value
  return { codec, frame, start: parsed.start, message, reading: readMessage(parsed.envelope, message) }
}

/** Whether today's codec reads a recorded message as it was read then, and writes it in the same bytes. */
export function checkHostFrame(entry: NumberedBytes, port: ReplayPort): readonly Difference[] {
  const subject = subjectOf(entry, entry.reading['mti'] ?? '')
  // A frame of no bytes keeps the line open.
  if (Object.keys(entry.reading).length === 0) return []
  const read = readHostFrame(fromHex(entry.hex), port)
  if (typeof read === 'string')
    return [difference({ ...subject, check: 'reading' }, 'message', 'a message', read, undefined)]
  const { codec, frame, start, message, reading } = read
  const differences = compareReadings({ ...subject, check: 'reading' }, entry.reading, reading, codec.spec)
  const again = codec.encode(message)
  const bytes = frame.subarray(start)
  if (again.ok && equalBytes(again.value, bytes)) return differences
  const place = again.ok ? placeOfByte(codec, bytes, again.value) : `F${again.error.field}`
  const today = again.ok ? 'other bytes' : `refused: ${again.error.kind}`
  return [
    ...differences,
    {
      ...difference({ ...subject, check: 'bytes' }, place, '', '', codec.spec),
      recorded: 'these bytes',
      today,
    },
  ]
}

/** The field in which the first byte stands that differs. */
function placeOfByte(codec: Codec, recorded: Uint8Array, today: Uint8Array): string {
  const at = recorded.findIndex((byte, index) => byte !== today[index])
  const view = codec.createView()
  if (at < 0 || !view.index(recorded, 0, recorded.length)) return 'message'
  let place = 'message'
  for (let bit = 2; bit <= codec.spec.bits; bit++) {
    if (view.has(bit) && view.offsetOf(bit) <= at) place = `F${bit}`
  }
  return place
}

/** The same for a frame of the peripheral link. */
export function checkLinkFrame(entry: NumberedBytes): readonly Difference[] {
  const subject = subjectOf(entry, entry.reading['what'] ?? '')
  const bytes = fromHex(entry.hex)
  const items = new LinkDecoder().push(bytes)
  const [item] = items
  if (item?.kind !== 'frame' || items.length !== 1)
    return [difference({ ...subject, check: 'reading' }, 'frame', 'a frame', 'no frame', undefined)]
  const { frame } = item
  const reading = { ...subject, check: 'reading' } as const
  const differences = compareReadings(reading, entry.reading, readLinkFrame(frame), undefined)
  const payload = recodeLinkPayload(frame) ?? frame.payload
  const again = encodeFrame({ ...frame, payload })
  if (equalBytes(again, bytes)) return differences
  const written: Subject = { ...subject, check: 'bytes' }
  return [...differences, difference(written, 'frame', 'these bytes', 'other bytes', undefined)]
}

function subjectOf({ lineNumber, line }: NumberedBytes, what: string): Omit<Subject, 'check'> {
  return { lineNumber, line, what }
}
