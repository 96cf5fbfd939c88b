import type { SeededRandom } from '../../../sim/world/seeded-random.ts'
import { concatBytes } from '../../../src/base/bytes.ts'
import { messageMac } from '../../../src/crypto/mac.ts'
import type { Codec } from '../../../src/iso8583/compile.ts'
import { lengthPrefixBytes } from '../../../src/iso8583/framing/length-prefix.ts'
import { StreamSplitter } from '../../../src/iso8583/framing/stream-splitter.ts'
import type { Fields, Message } from '../../../src/iso8583/message.ts'
import { CODECS, GOOD_FIELDS, randomMessage } from '../dialects.ts'
import { FuzzHost, ISO_TID, SIGNED_IN_BATCH, UNIONPAY_ENVELOPE, WORKING_KEYS } from '../fuzz-host.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { InputReader } from '../input-reader.ts'
import { changeTlvs } from '../tlv-mutator.ts'

const MESSAGES_MAX = 8
const BATCH = String(SIGNED_IN_BATCH).padStart(6, '0')
const OWN: Fields = {
  ...GOOD_FIELDS,
  2: '6210948000000029',
  35: undefined,
  52: undefined,
  55: undefined,
  22: '012',
  41: '10000001',
  42: '001290058120001',
  60: `22${BATCH}000501`,
}
const KINDS: readonly (readonly [mti: string, fields: Fields])[] = [
  ['0200', OWN],
  ['0200', { ...OWN, 3: '310000', 60: `01${BATCH}000501` }],
  [
    '0200',
    {
      ...OWN,
      3: '200000',
      37: '000000000001',
      38: '000001',
      60: `23${BATCH}000501`,
      61: `${BATCH}0001231127`,
    },
  ],
  ['0220', { ...OWN, 3: '200000', 37: '000000000001', 60: `25${BATCH}000501`, 61: `${BATCH}0001231127` }],
  ['0100', { ...OWN, 3: '030000', 25: '06', 60: `10${BATCH}000501` }],
  ['0100', { ...OWN, 3: '200000', 25: '06', 38: '000001', 60: `11${BATCH}000501`, 61: `${BATCH}0001231127` }],
  ['0200', { ...OWN, 3: '000000', 25: '06', 38: '000001', 60: `20${BATCH}000501`, 61: `${BATCH}0001231127` }],
  ['0220', { ...OWN, 25: '06', 38: '000001', 60: `24${BATCH}000501`, 61: `${BATCH}0001231127` }],
  ['0400', { ...OWN, 39: '98', 60: `22${BATCH}000501` }],
  [
    '0500',
    {
      11: '000200',
      41: '10000001',
      42: '001290058120001',
      48: '0'.repeat(62),
      49: '156',
      60: `00${BATCH}201`,
      63: '01 ',
    },
  ],
  [
    '0320',
    {
      11: '000201',
      41: '10000001',
      42: '001290058120001',
      48: `01${'00'}${'000123'}00006210948000000029${'000000012345'}`,
      60: `00${BATCH}201`,
    },
  ],
  ['0320', { 11: '000202', 41: '10000001', 42: '001290058120001', 48: '0001', 60: `00${BATCH}207` }],
  ['0620', { ...OWN, 55: new Uint8Array(4) }],
  ['0800', { 11: '000300', 41: '10000001', 42: '001290058120001', 60: `00${BATCH}004`, 63: '01 ' }],
  ['0820', { 11: '000301', 41: '10000001', 42: '001290058120001', 60: `00${BATCH}002` }],
]

/**
 * Up to eight messages, each with the port it comes to, a byte that says whether its MAC is put right, and its size:
 * every one is answered in the dialect or dropped, the books agree, and nothing is a fault.
 */
export const target: FuzzTarget = {
  sizeMax: 2400,
  seeds: () =>
    KINDS.map(([mti, fields]) => {
      const sale = framed(0, 1, { mti: '0200', fields: OWN })
      return concatBytes([sale, framed(0, 1, { mti, fields })])
    }),
  run(input) {
    const host = new FuzzHost()
    const reader = new InputReader(input)
    for (let count = 0; count < MESSAGES_MAX && !reader.isEmpty; count++) {
      const port = reader.below(3)
      const isSigned = (reader.byte() & 1) === 1
      const message = Uint8Array.from(reader.take(reader.byte() * 256 + reader.byte()))
      const bytes = isSigned && port === 0 ? signed(message) : message
      const frame = port === 0 ? concatBytes([UNIONPAY_ENVELOPE, bytes]) : bytes
      const prefix = port === 1 ? 'ascii4' : 'binary2'
      const client = host.connect(port)
      client.give(concatBytes([lengthPrefixBytes(prefix, frame.length), frame]))
      host.work()
      for (const sent of client.sent)
        for (const item of new StreamSplitter({ prefix, frameSizeMax: 8192 }).push(sent)) {
          must(item.kind === 'frame', 'an answer that is no frame')
          const start = port === 0 ? UNIONPAY_ENVELOPE.length : 0
          const isRead = CODECS.some((codec) => codec.decode(item.frame, start).ok)
          must(isRead, 'an answer that nobody can read')
        }
      client.lose()
    }
    must(host.store.checkBooks().length === 0, 'the books do not agree')
  },
  mutate(input, random) {
    const kept = random.chance(600) ? input : new Uint8Array(0)
    return concatBytes([kept, randomRequest(random)])
  },
}

function signed(message: Uint8Array): Uint8Array {
  if (message.length <= 8) return message
  const data = message.subarray(0, -8)
  return concatBytes([data, messageMac('unionpay-ecb', WORKING_KEYS.mac, data)])
}

function framed(port: number, isSigned: number, { mti, fields }: Message): Uint8Array {
  const codec = CODECS[port] as Codec
  const encoded = codec.encode({ mti, fields })
  must(encoded.ok, 'a seed that can not be written')
  const size = encoded.value.length
  return concatBytes([Uint8Array.of(port, isSigned, size >> 8, size & 0xff), encoded.value])
}

/** A request that makes sense, with some fields of another, of nonsense, or none. */
function randomRequest(random: SeededRandom): Uint8Array {
  const port = random.chance(800) ? 0 : random.below(3)
  const [mti, base] = random.pick(KINDS)
  const codec = CODECS[port] as Codec
  const fields: Fields =
    port === 0
      ? { ...base }
      : {
          ...GOOD_FIELDS,
          35: undefined,
          52: undefined,
          55: undefined,
          41: ISO_TID,
          42: 'MERCHANT0000001',
          60: undefined,
          64: undefined,
        }
  const other = randomMessage(codec, random).fields
  for (const bit of Object.keys(codec.spec.elements).map(Number)) {
    if (random.chance(40)) fields[bit] = other[bit]
    if (random.chance(15)) fields[bit] = undefined
  }
  if (random.chance(300)) fields[11] = String(random.below(6)).padStart(6, '0')
  if (random.chance(300)) fields[4] = String(random.below(20_000)).padStart(12, '0')
  if (random.chance(200) && port === 0)
    fields[55] = changeTlvs(GOOD_FIELDS[55] as Uint8Array, random).slice(0, 255)
  if (port === 0) fields[64] = new Uint8Array(8)
  const encoded = codec.encode({
    mti: random.chance(900) ? mti : String(random.below(10_000)).padStart(4, '0'),
    fields,
  })
  if (!encoded.ok) return framed(0, 1, { mti: '0200', fields: OWN })
  const size = encoded.value.length
  return concatBytes([Uint8Array.of(port, random.chance(900) ? 1 : 0, size >> 8, size & 0xff), encoded.value])
}
