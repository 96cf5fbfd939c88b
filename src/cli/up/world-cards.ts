import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { saveCardImage } from '../../../hardware/emulator/chip-card/card-image-file.ts'
import type { CardCvm } from '../../../hardware/emulator/chip-card/personalise.ts'
import { openHostRecords } from '../../host/service/open-host.ts'
import { issueCard } from '../card/issue-card.ts'

interface WorldCard {
  readonly name: string
  readonly pan: string
  readonly cvm: CardCvm
  readonly stripeOnly: boolean
}

/** PIN of all cards of the embedded defaults. */
export const WORLD_PIN = '123456'

/** Test cards of the host's embedded defaults, by what they are good for. */
const WORLD_CARDS: readonly WorldCard[] = [
  { name: 'chip', pan: '6210948000000029', cvm: 'pin', stripeOnly: false },
  { name: 'stripe', pan: '6210948000000011', cvm: 'pin', stripeOnly: true },
  { name: 'visa', pan: '4761739001010119', cvm: 'signature', stripeOnly: false },
  { name: 'mastercard', pan: '5413330089020011', cvm: 'pin', stripeOnly: false },
  { name: 'usd', pan: '4111111111111111', cvm: 'pin', stripeOnly: false },
  { name: 'jpy', pan: '5413339000000010', cvm: 'signature', stripeOnly: false },
  { name: 'lost', pan: '6210948000000037', cvm: 'pin', stripeOnly: true },
  { name: 'stolen', pan: '6210948000000045', cvm: 'pin', stripeOnly: true },
  { name: 'expired', pan: '6210948000000086', cvm: 'pin', stripeOnly: true },
  { name: 'no-money', pan: '6210948000000094', cvm: 'pin', stripeOnly: true },
  { name: 'limited', pan: '6210948000000102', cvm: 'pin', stripeOnly: true },
]

/** Personalises the cards that are not there yet. The host of `hostDirectory` must not run. */
export function makeWorldCards(hostDirectory: string, cardsDirectory: string): void {
  const missing = WORLD_CARDS.filter(({ name }) => !existsSync(cardFile(cardsDirectory, name)))
  if (missing.length === 0) return
  mkdirSync(cardsDirectory, { recursive: true, mode: 0o700 })
  const records = openHostRecords(hostDirectory)
  try {
    for (const { name, pan, cvm, stripeOnly } of missing) {
      const { image } = issueCard(records, {
        pan,
        pin: WORLD_PIN,
        cardholderName: 'TILLWIRE/TEST',
        cvm,
        authentication: 'dda',
        stripeOnly,
        contactless: 'card',
        balanceMinor: 0,
        year: new Date().getFullYear(),
      })
      saveCardImage(cardFile(cardsDirectory, name), image)
    }
  } finally {
    records.close()
  }
}

export function cardFile(directory: string, name: string): string {
  return join(directory, `${name}.json`)
}
