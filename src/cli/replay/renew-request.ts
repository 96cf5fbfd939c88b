import { asciiToBytes, bytesToAscii, concatBytes, toHex } from '../../base/bytes.ts'
import { createSm4, createTdes } from '../../crypto/block-cipher.ts'
import { createEmvCipher } from '../../crypto/emv-cipher.ts'
import { type MessageMacAlgorithm, messageMac } from '../../crypto/mac.ts'
import { encodePinBlock } from '../../crypto/pin-block.ts'
import { encryptTrack } from '../../crypto/track-cipher.ts'
import { decodeTlvs, findTlv } from '../../emv/ber-tlv.ts'
import { cryptogramData, schemeCryptogram } from '../../emv/schemes.ts'
import { F } from '../../iso8583/field.ts'
import type { Fields, Message } from '../../iso8583/message.ts'
import type { HostFrame } from './check-bytes.ts'
import { type PadKeys, REPLAY_PIN, type ReplayEstate } from './replay-estate.ts'

/** What the recorded answer tells of secrets that a recording has not got. */
export interface Secrets {
  readonly pin: 'right' | 'wrong' | 'malformed'
  readonly mac: 'right' | 'wrong'
  readonly cryptogram: 'right' | 'wrong'
}

/** From the recorded response code of the answer; `39` as the dialect writes it. */
export function secretsOf(responseCode: string | undefined): Secrets {
  const pin = responseCode === '55' || responseCode === '75' ? 'wrong' : 'right'
  return {
    pin: responseCode === '99' ? 'malformed' : pin,
    mac: responseCode === 'A0' ? 'wrong' : 'right',
    cryptogram: responseCode === '59' ? 'wrong' : 'right',
  }
}

export interface Renewal {
  readonly estate: ReplayEstate
  readonly keys: PadKeys | undefined
  readonly macAlgorithm: MessageMacAlgorithm
  readonly secrets: Secrets
  /** Number that today's host gave where the recorded one gave `number`: fields 37 and 38. */
  readonly numberToday: (number: string) => string
}

const MAC_SIZE = 8
const WRONG_PIN = '654321'
const EMV_CIPHER = createEmvCipher()

/** The recorded request as the terminal of the replay sends it: under its keys, with the numbers of today. */
export function renewRequest({ codec, frame, start, message }: HostFrame, renewal: Renewal): Uint8Array {
  const fields = renewFields(message, renewal)
  const encoded = codec.encode({ mti: message.mti, fields })
  // What it had read it can write; a field that it can not write again goes as it was.
  const bytes = encoded.ok ? encoded.value : frame.slice(start)
  setMac(bytes, fields, codec.spec.elements[F.messageAuthenticationCode]?.content === 'hex', renewal)
  return concatBytes([frame.subarray(0, start), bytes])
}

function renewFields({ fields }: Message, renewal: Renewal): Fields {
  const { keys, numberToday, secrets, estate } = renewal
  const renewed: Fields = { ...fields, ...encryptedTracks(fields, keys) }
  for (const bit of [F.retrievalReferenceNumber, F.authorizationIdentificationResponse]) {
    const number = fields[bit]
    if (typeof number === 'string') renewed[bit] = numberToday(number)
  }
  const pan = panOf(fields)
  if (fields[F.personalIdentificationNumberData] !== undefined && keys?.pinKey !== undefined)
    renewed[F.personalIdentificationNumberData] = pinBlock(fields, pan, keys, secrets)
  const chip = fields[F.integratedCircuitCardData]
  if (chip !== undefined && pan !== undefined && secrets.cryptogram === 'right') {
    const bytes = typeof chip === 'string' ? asciiToBytes(chip) : new Uint8Array(chip)
    signChipData(bytes, pan, fields, estate)
    renewed[F.integratedCircuitCardData] = typeof chip === 'string' ? bytesToAscii(bytes) : bytes
  }
  return renewed
}

/** A recording has the clear tracks of test cards where encrypted ones stood. */
function encryptedTracks(fields: Fields, keys: PadKeys | undefined): Fields {
  const isEncrypted = String(fields[F.securityRelatedControlInformation] ?? '').charAt(2) === '1'
  const encrypted: Fields = {}
  for (const bit of [F.track2Data, F.track3Data]) {
    const track = fields[bit]
    if (isEncrypted && keys?.trackKey !== undefined && typeof track === 'string')
      encrypted[bit] = encryptTrack(keys.trackKey, track)
  }
  return encrypted
}

/** The test card's number: of its own field, or of the clear track that a recording has. */
function panOf(fields: Fields): string | undefined {
  const pan = fields[F.primaryAccountNumber]
  if (typeof pan === 'string') return pan
  const track2 = /^(\d{12,19})[D=]/.exec(String(fields[F.track2Data] ?? ''))?.[1]
  return track2 ?? /^\d{2}(\d{12,19})[D=]/.exec(String(fields[F.track3Data] ?? ''))?.[1]
}

function pinBlock(fields: Fields, pan: string | undefined, keys: PadKeys, { pin }: Secrets): Uint8Array {
  const hasPan = String(fields[F.securityRelatedControlInformation] ?? '').charAt(0) !== '1'
  const clear = encodePinBlock({
    format: 0,
    pin: pin === 'wrong' ? WRONG_PIN : REPLAY_PIN,
    pan: hasPan ? pan : undefined,
  })
  if (pin === 'malformed') clear.fill(0xff)
  const key = keys.pinKey ?? new Uint8Array(16)
  if (keys.algorithm === 'sm4') return createSm4(key).encrypt(concatBytes([clear, new Uint8Array(8)]))
  return Uint8Array.from(createTdes(key).encrypt(clear))
}

/** Puts the cryptogram there that the test card would make, where one stood. */
function signChipData(bytes: Uint8Array, pan: string, fields: Fields, estate: ReplayEstate): void {
  const decoded = decodeTlvs(bytes)
  if (!decoded.ok) return
  const place = decoded.value.find(({ tag }) => tag === '9F26')?.value
  const lookup = (tag: string): Uint8Array | undefined => findTlv(decoded.value, tag)
  const counter = lookup('9F36')
  const unpredictable = lookup('9F37')
  const panSequence = String(fields[F.cardSequenceNumber] ?? '000').slice(-2)
  const card = estate.chipCard(pan, panSequence)
  if (place?.length !== 8 || counter === undefined || unpredictable === undefined || card === undefined)
    return
  const data = cryptogramData(card.scheme, lookup)
  if (!data.ok) return
  const context = { applicationTransactionCounter: counter, unpredictableNumber: unpredictable }
  place.set(schemeCryptogram(EMV_CIPHER, card.scheme, card.key, context, data.value))
}

function setMac(
  bytes: Uint8Array,
  fields: Fields,
  isHex: boolean,
  { keys, macAlgorithm, secrets }: Renewal,
): void {
  const hasMac =
    fields[F.messageAuthenticationCode] !== undefined || fields[F.messageAuthenticationCode2] !== undefined
  if (!hasMac || keys?.macKey === undefined) return
  const size = isHex ? MAC_SIZE * 2 : MAC_SIZE
  const data = bytes.subarray(0, bytes.length - size)
  const mac = Uint8Array.from(messageMac(macAlgorithm, keys.macKey, data))
  if (secrets.mac === 'wrong') mac[0] = (mac[0] ?? 0) ^ 1
  bytes.set(isHex ? asciiToBytes(toHex(mac)) : mac, bytes.length - size)
}
