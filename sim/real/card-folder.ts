import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadCardImage, saveCardImage } from '../../hardware/emulator/chip-card/card-image-file.ts'
import { err, ok, type Result } from '../../src/base/result.ts'
import { CARD_NAMES, type CardCase, type CardName } from '../scenario/card-names.ts'
import type { SimCard } from '../world/sim-estate.ts'

/** Where the image of a card is looked for: `lost card` is `lost-card.json`. */
export function cardFileOf(folder: string, name: CardName): string {
  return join(folder, `${name.replaceAll(' ', '-')}.json`)
}

/** Reads the images that a folder has, by the names of scenarios. The error is one line for the user. */
export function readCardFolder(folder: string): Result<ReadonlyMap<CardName, SimCard>, string> {
  const cards = new Map<CardName, SimCard>()
  for (const name of CARD_NAMES) {
    const path = cardFileOf(folder, name)
    if (!existsSync(path)) continue
    const card = readCard(path, name)
    if (!card.ok) return card
    cards.set(name, card.value)
  }
  return ok(cards)
}

export function caseOf(cards: ReadonlyMap<CardName, SimCard>): CardCase {
  return (name) => {
    const card = cards.get(name)
    if (card === undefined) throw new RangeError('a scenario whose card is missing is not run')
    return card
  }
}

/** Number and expiry stand in track 2. */
function readCard(path: string, name: CardName): Result<SimCard, string> {
  const image = loadCardImage(path)
  if (!image.ok) return err(image.error.message)
  const track = /^(\d{12,19})[=D](\d{4})/.exec(image.value.stripe?.track2 ?? '')
  if (track === null) return err(`card file ${path} has no stripe: a card of a scenario needs track 2`)
  const [, pan = '', expiry = ''] = track
  const hasChip = (image.value.chip?.applications.length ?? 0) > 0
  // A chip counts its transactions, and its issuer with it: the next run goes on where this one ends.
  let current = image.value
  return ok({
    pan,
    expiry,
    name,
    hasChip,
    get image() {
      return current
    },
    changed(next) {
      current = next
      saveCardImage(path, next)
    },
  })
}
