import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { loadCardImage } from '../../hardware/emulator/chip-card/card-image-file.ts'
import { truncatePan } from '../base/exposure.ts'
import type { WorkbenchState } from './workbench-messages.ts'

type WalletCard = WorkbenchState['cards'][number]

const SUFFIX = '.json'
const SCHEMES: readonly (readonly [prefix: string, scheme: WalletCard['scheme']])[] = [
  ['62', 'unionpay'],
  ['4', 'visa'],
  ['5', 'mastercard'],
]

/** The cards that lie on the table: those of a folder, by the names of their files. */
export class CardWallet {
  readonly #directory: string
  readonly cards: readonly WalletCard[]

  constructor(directory: string) {
    this.#directory = directory
    const names = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith(SUFFIX)) : []
    this.cards = names.sort().flatMap((file) => {
      const image = loadCardImage(join(directory, file))
      if (!image.ok) return []
      const { chip, stripe } = image.value
      const pan = chip?.applications[0]?.pan ?? stripe?.track2?.split('=')[0] ?? ''
      const scheme = SCHEMES.find(([prefix]) => pan.startsWith(prefix))?.[1] ?? 'other'
      const name = file.slice(0, -SUFFIX.length)
      return [
        {
          name,
          number: truncatePan(pan),
          scheme,
          hasChip: chip !== undefined,
          hasStripe: stripe !== undefined,
          isContactless: chip?.contactless !== undefined,
        },
      ]
    })
  }

  /** File of a card; undefined when there is none of that name. */
  pathOf(name: string): string | undefined {
    return this.cards.some((card) => card.name === name)
      ? join(this.#directory, `${name}${SUFFIX}`)
      : undefined
  }
}
