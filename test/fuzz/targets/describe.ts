import { concatBytes, toHex } from '../../../src/base/bytes.ts'
import { describeChipData } from '../../../src/cli/message/chip-data.ts'
import { messageToJson } from '../../../src/cli/message/message-json.ts'
import { decodeTree, type TlvNode } from '../../../src/emv/ber-tlv.ts'
import { tagInfo } from '../../../src/emv/tags.ts'
import type { Codec } from '../../../src/iso8583/compile.ts'
import { describeMessage } from '../../../src/iso8583/describe.ts'
import type { Message } from '../../../src/iso8583/message.ts'
import { CODECS, FUZZ_PAN, GOOD_FIELDS, randomMessage } from '../dialects.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { changeTlvs, randomTlvs } from '../tlv-mutator.ts'

/** Fields whose content is a card number or holds one, in the dialects as they are. */
const CARD_BITS: readonly number[] = [2, 35, 36, 45]

/**
 * Dialect, then a message whose card fields hold the test card number: nothing masked shows that number, nor does it
 * where the chip's objects hold it under the tags of card numbers and tracks.
 */
export const target: FuzzTarget = {
  sizeMax: 1024,
  seeds: () =>
    CODECS.flatMap((codec, index) => {
      const encoded = codec.encode({ mti: '0200', fields: GOOD_FIELDS })
      return encoded.ok ? [concatBytes([Uint8Array.of(index), encoded.value])] : []
    }),
  run(input) {
    const codec = CODECS[(input[0] ?? 0) % CODECS.length] as Codec
    const decoded = codec.decode(input.subarray(1))
    if (!decoded.ok) return
    const message = withCard(decoded.value)
    for (const language of ['zh', 'en'] as const) {
      const masked = describeMessage(codec.spec, message, { language, reveal: false, describeChipData })
      must(!hasPan(masked), 'a masked message shows the card number')
      describeMessage(codec.spec, message, { language, reveal: true, describeChipData })
    }
    const json = messageToJson(codec.spec, {}, message, false)
    must(!hasPan(JSON.stringify({ ...json.fields, 55: '' })), 'masked JSON shows the card number')
  },
  mutate(input, random) {
    const index = (input[0] ?? 0) % CODECS.length
    const codec = CODECS[index] as Codec
    const decoded = codec.decode(input.subarray(1))
    const message = decoded.ok && random.chance(700) ? decoded.value : randomMessage(codec, random)
    const old = message.fields[55]
    const chip =
      old instanceof Uint8Array && random.chance(700) ? changeTlvs(old, random) : randomTlvs(random)
    const other = randomMessage(codec, random).fields
    const encoded = codec.encode({
      mti: message.mti,
      fields: { ...message.fields, ...(random.chance(300) ? other : {}), 55: chip.slice(0, 255) },
    })
    return encoded.ok ? concatBytes([Uint8Array.of(index), encoded.value]) : input
  },
}

/** What came by chance elsewhere does not count: the card number is put where card numbers are, and only there. */
function withCard({ mti, fields }: Message): Message {
  const changed: Message['fields'] = {}
  for (const [bit, value] of Object.entries(fields)) {
    if (value === undefined) continue
    const isCard = CARD_BITS.includes(Number(bit)) && typeof value === 'string'
    if (isCard) changed[Number(bit)] = Number(bit) === 2 ? FUZZ_PAN : `${FUZZ_PAN}D3012201000`
    else if (value instanceof Uint8Array && Number(bit) === 55) {
      if (!showsPan(value)) changed[55] = value
    } else if (!holdsPan(value)) changed[Number(bit)] = value
  }
  return { mti, fields: changed }
}

/** Whether an object that the dictionary calls clear holds the card number: then it is no card number. */
function showsPan(chip: Uint8Array): boolean {
  const shows = ({ tag, value, children }: TlvNode): boolean =>
    children.some(shows) || (children.length === 0 && tagInfo(tag)?.exposure === 'clear' && holdsPan(value))
  const tree = decodeTree(chip)
  return tree.ok && tree.value.some(shows)
}

function holdsPan(value: string | Uint8Array): boolean {
  return hasPan(typeof value === 'string' ? value : toHex(value)) || hasPan(String(value))
}

function hasPan(text: string): boolean {
  return text.includes(FUZZ_PAN)
}
