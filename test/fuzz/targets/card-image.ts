import { type CardImage, cardImageSchema } from '../../../hardware/emulator/chip-card/card-image.ts'
import { parseCardImage } from '../../../hardware/emulator/chip-card/card-image-file.ts'
import { createChipCard } from '../../../hardware/emulator/chip-card/chip-card.ts'
import { fromHex } from '../../../src/base/bytes.ts'
import { renderCardSummary, summariseCard } from '../../../src/cli/card/card-summary.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { changeJson, jsonBytes, textOfInput } from '../json-mutator.ts'
import { CHIP_IMAGES, fixedRandom } from '../test-cards.ts'

const COMMANDS = [
  '00A404000E315041592E5359532E444446303100',
  '00B2010C00',
  '00A4040007A000000004101000',
  '00A4040008A00000033301010100',
  '80A8000002830000',
  '00B2010C00',
  '00B2011400',
  '80CA9F3600',
  '80CA9F1700',
  '0020008008241234FFFFFFFFFF',
  '00880000041122334400',
  '80AE80002000000000880000000000000001560000008000015626112300010203041900',
  '00C00000FF',
].map(fromHex)

/** Card files: refused by place, or a card that answers every command and can be summed up without its number. */
export const target: FuzzTarget = {
  sizeMax: 8000,
  seeds: () => [
    ...CHIP_IMAGES.slice(0, 2).map(jsonBytes),
    jsonBytes({
      format: 'tillwire-card-1',
      name: 'stripe',
      stripe: { track1: 'B6210948000000029^A/B^3012', track2: '6210948000000029=30122011' },
    }),
    jsonBytes({
      format: 'tillwire-card-1',
      name: 'replay',
      replay: { atr: '3B00', exchanges: [{ command: '00A4040000', response: '9000' }] },
    }),
  ],
  run(input) {
    const parsed = parseCardImage(textOfInput(input), 'card.json')
    if (!parsed.ok) {
      must(/^card file card\.json[^\n]+$/.test(parsed.error.message), 'refused without a reason')
      return
    }
    const image = parsed.value
    must(cardImageSchema.safeParse(JSON.parse(JSON.stringify(image))).success, 'a card is no card any more')
    const card = createChipCard(image, { random: fixedRandom() })
    card.powerOn()
    for (const command of COMMANDS) card.transmit(command)
    const text = renderCardSummary(summariseCard(card.image, 'zh'), 'zh')
    for (const pan of numbersOf(image)) must(!text.includes(pan), 'the summary shows the card number')
  },
  mutate: changeJson,
}

/** Card numbers that are long enough to be one and stand in no name. */
function numbersOf({ name, chip, stripe }: CardImage): readonly string[] {
  const applications = chip?.applications ?? []
  const numbers = [...applications.map(({ pan }) => pan), (stripe?.track2 ?? '').split('=')[0] ?? '']
  const texts = [name, ...applications.flatMap(({ label, aid }) => [label, aid])].join(' ')
  return numbers.filter((pan) => pan.length >= 12 && !texts.includes(pan) && !/^0+$/.test(pan))
}
