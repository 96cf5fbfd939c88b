import type { Codec } from './compile.ts'
import type { DecodeError } from './decode-error.ts'
import { type Envelope, type EnvelopeKind, parseEnvelope } from './framing/envelope.ts'
import { type LengthPrefix, lengthPrefixSize, readLengthPrefix } from './framing/length-prefix.ts'
import type { Message } from './message.ts'

/** One way to read some bytes. */
export interface Reading {
  readonly codec: Codec
  readonly prefix: LengthPrefix | 'none'
  readonly envelopeKind: EnvelopeKind
  readonly envelope: Envelope
  /** Offset of the message type in the bytes given. */
  readonly start: number
  readonly result:
    | { readonly ok: true; readonly value: Message }
    | { readonly ok: false; readonly error: DecodeError }
}

const PREFIXES: readonly (LengthPrefix | 'none')[] = ['none', 'binary2', 'binary4', 'ascii4']

/**
 * Reads `bytes` with each dialect, with and without length, TPDU and header. Readings that decode come first,
 * then those that came furthest before they failed. Never empty when `codecs` isn't.
 */
export function detectDialect(bytes: Uint8Array, codecs: readonly Codec[]): readonly Reading[] {
  const readings = codecs.flatMap((codec) =>
    PREFIXES.flatMap((prefix) =>
      envelopesOf(codec).flatMap((kind) => {
        const reading = readAs(bytes, codec, prefix, kind)
        return reading === undefined ? [] : [reading]
      }),
    ),
  )
  return readings.sort((left, right) => rank(right, bytes.length) - rank(left, bytes.length))
}

/** TPDU and header belong to the UnionPay dialect; the TPDU alone is met elsewhere too. */
function envelopesOf({ spec }: Codec): readonly EnvelopeKind[] {
  return spec.bits === 64 ? ['tpduAndHeader', 'tpdu', 'none'] : ['none', 'tpdu']
}

/** A reading of bytes behind a length that announces another number of bytes. */
export interface MisannouncedReading extends Reading {
  readonly announced: number
  readonly actual: number
}

/**
 * The reading that gets furthest when the length before the message is not believed: a frame that was cut off, or
 * copied with something behind it. Undefined when no length stands there.
 */
export function detectMisannounced(
  bytes: Uint8Array,
  codecs: readonly Codec[],
): MisannouncedReading | undefined {
  const readings = PREFIXES.flatMap((prefix): readonly MisannouncedReading[] => {
    if (prefix === 'none') return []
    const size = lengthPrefixSize(prefix)
    const announced = bytes.length < size ? undefined : readLengthPrefix(prefix, bytes, 0)
    const actual = bytes.length - size
    if (announced === undefined || announced === actual || announced > ANNOUNCED_MAX) return []
    return codecs.flatMap((codec) =>
      envelopesOf(codec).flatMap((kind) => {
        const reading = readBehind(bytes, codec, prefix, kind)
        return reading === undefined ? [] : [{ ...reading, announced, actual }]
      }),
    )
  })
  return readings.sort((left, right) => rank(right, bytes.length) - rank(left, bytes.length))[0]
}

/** Longer messages are not met; larger numbers are no lengths. */
const ANNOUNCED_MAX = 16_384

/** How many bytes a reading explains. */
export function reachOf({ result, start }: Reading, size: number): number {
  return result.ok ? size : start + result.error.offset
}

/** One reading; undefined when the prefix does not announce just these bytes or the envelope does not fit. */
export function readAs(
  bytes: Uint8Array,
  codec: Codec,
  prefix: LengthPrefix | 'none',
  envelopeKind: EnvelopeKind,
): Reading | undefined {
  const prefixSize = prefix === 'none' ? 0 : lengthPrefixSize(prefix)
  if (bytes.length < prefixSize) return undefined
  if (prefix !== 'none' && readLengthPrefix(prefix, bytes, 0) !== bytes.length - prefixSize) return undefined
  return readBehind(bytes, codec, prefix, envelopeKind)
}

function readBehind(
  bytes: Uint8Array,
  codec: Codec,
  prefix: LengthPrefix | 'none',
  envelopeKind: EnvelopeKind,
): Reading | undefined {
  const prefixSize = prefix === 'none' ? 0 : lengthPrefixSize(prefix)
  const parsed = parseEnvelope(bytes.subarray(prefixSize), envelopeKind)
  if (parsed === undefined) return undefined
  const start = prefixSize + parsed.start
  const result = codec.decode(bytes, start)
  return { codec, prefix, envelopeKind, envelope: parsed.envelope, start, result }
}

/** Message types of ISO 8583:1987: version 0, a known class, function and origin. */
const MTI = /^0[1-8][0-5][0-5]$/

function rank(reading: Reading, size: number): number {
  const { result, prefix, envelope } = reading
  const reach = reachOf(reading, size)
  // A reading that explains all bytes wins; among those, one whose message type and TPDU make sense.
  const whole = result.ok ? 1_000_000 + (MTI.test(result.value.mti) ? 500_000 : 0) : 0
  const typical = (prefix === 'none' ? 0 : 2) + (/^(60|80|68)/.test(envelope.tpdu ?? '') ? 3 : 0)
  return whole + reach * 10 + typical
}
