import { truncatePan } from '../../base/exposure.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { HostRequest } from './host-request.ts'
import type { TerminalRow } from './records.ts'
import type { Refusal } from './refusal.ts'
import { refuse } from './refusal.ts'
import type { SecurityModule } from './security-module-port.ts'
import type { CodeUse } from './wallet-port.ts'

/** What a request says of its card. Lives only while its batch is decided. */
export interface CardReading {
  readonly pan: string
  readonly lookup: string
  readonly truncated: string
  readonly expiry: string | undefined
  /** Three digits of the stripe, or undefined when none was read. */
  readonly serviceCode: string | undefined
  /** Set for a payment code instead of a card. */
  readonly code?: CodeUse
}

interface Track {
  readonly pan: string
  readonly expiry: string | undefined
  readonly serviceCode: string | undefined
}

/** The card of `request`, from its number or its tracks; undefined when it has neither. */
export function readCard(
  request: HostRequest,
  terminal: TerminalRow,
  security: SecurityModule,
): Result<CardReading | undefined, Refusal> {
  const track = readTracks(request, terminal, security)
  if (!track.ok) return track
  const pan = request.pan ?? track.value?.pan
  if (pan === undefined) return ok(undefined)
  if (!isCardNumber(pan, pan.length)) return err(refuse('14', 'the card number is not 12 to 19 digits', 2))
  if (track.value !== undefined && track.value.pan !== pan) {
    return err(refuse('14', 'the card number differs from that on the track', 2))
  }
  return ok({
    pan,
    lookup: security.lookupOf(pan),
    truncated: truncatePan(pan),
    expiry: request.expiry ?? track.value?.expiry,
    serviceCode: track.value?.serviceCode,
  })
}

function readTracks(
  request: HostRequest,
  terminal: TerminalRow,
  security: SecurityModule,
): Result<Track | undefined, Refusal> {
  const { track2, track3 } = request
  if (track2 === undefined && track3 === undefined) return ok(undefined)
  if (request.trackEncrypted && terminal.trackKey === undefined) {
    return err(refuse('A7', 'an encrypted track, but the terminal has no track key: sign in again', 53))
  }
  if (request.trackEncrypted && terminal.profile.workingKeys === 'sm4') {
    return err(
      refuse('40', 'an encrypted track of a terminal with SM4 keys: the method has blocks of 8 bytes', 53),
    )
  }
  const digits = track2 ?? track3 ?? ''
  const clear =
    request.trackEncrypted && terminal.trackKey !== undefined
      ? security.decryptTrack(terminal.trackKey, digits)
      : digits
  const track = track2 !== undefined ? parseTrack2(clear) : parseTrack3(clear)
  if (track !== undefined) return ok(track)
  return err(
    refuse(
      '14',
      'no card number can be read from the track: wrong track key?',
      track2 !== undefined ? 35 : 36,
    ),
  )
}

const PAN_SIZE_MIN = 12
const PAN_SIZE_MAX = 19

/** Whether the first `size` characters of `text` are a card number: 12 to 19 digits. */
function isCardNumber(text: string, size: number): boolean {
  return size >= PAN_SIZE_MIN && size <= PAN_SIZE_MAX && areDigits(text, 0, size)
}

function areDigits(text: string, from: number, to: number): boolean {
  if (to > text.length) return false
  for (let index = from; index < to; index++) {
    const code = text.charCodeAt(index)
    if (code < 48 || code > 57) return false
  }
  return true
}

/** Source: ISO/IEC 7813: number, separator, expiry YYMM, service code. */
function parseTrack2(digits: string): Track | undefined {
  let size = 0
  while (areDigits(digits, size, size + 1)) size++
  const separator = digits.charAt(size)
  if ((separator !== 'D' && separator !== '=') || !isCardNumber(digits, size)) return undefined
  const expiryAt = size + 1
  const hasExpiry = areDigits(digits, expiryAt, expiryAt + 4)
  const serviceAt = hasExpiry ? expiryAt + 4 : expiryAt
  return {
    pan: digits.slice(0, size),
    expiry: hasExpiry ? digits.slice(expiryAt, serviceAt) : undefined,
    serviceCode: areDigits(digits, serviceAt, serviceAt + 3)
      ? digits.slice(serviceAt, serviceAt + 3)
      : undefined,
  }
}

/** Source: ISO/IEC 4909: two digits of format code before the number. Expiry stands elsewhere and is not used. */
function parseTrack3(digits: string): Track | undefined {
  const match = /^\d{2}(\d{12,19})[D=]/.exec(digits)
  if (match?.[1] === undefined) return undefined
  return { pan: match[1], expiry: undefined, serviceCode: undefined }
}
