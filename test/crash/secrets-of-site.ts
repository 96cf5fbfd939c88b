import { join } from 'node:path'
import { loadCardImage } from '../../hardware/emulator/chip-card/card-image-file.ts'
import { encodePinBlock } from '../../src/crypto/pin-block.ts'
import { byteSecret, digitSecret, type Secret } from '../e2e/card-data.ts'
import { CARD_PIN, type CrashSite } from './crash-site.ts'

/** What no file of a run may hold but the card images: card numbers, what follows them in track 2, clear PIN blocks. */
export function secretsOf({ tills }: CrashSite): readonly Secret[] {
  const cards = new Map(
    tills.flatMap(({ cards, cardsDirectory }) =>
      cards.map((card) => [card.name, { ...card, cardsDirectory }]),
    ),
  )
  return [...cards.values()].flatMap(({ name, pan, cardsDirectory }) => {
    const image = loadCardImage(join(cardsDirectory, `${name}.json`))
    const tail = image.ok ? image.value.stripe?.track2?.split('=')[1] : undefined
    if (tail === undefined) throw new Error(`card ${name} has no track 2`)
    return [
      digitSecret(`card number …${pan.slice(-4)}`, pan),
      digitSecret(`track 2 of ${name}`, tail),
      byteSecret(`clear PIN block …${pan.slice(-4)}`, encodePinBlock({ format: 0, pin: CARD_PIN, pan })),
    ]
  })
}
