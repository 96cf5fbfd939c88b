import type { Random } from '../../../src/base/ports.ts'
import type { EmvCipher } from '../../../src/emv/emv-cipher.ts'
import type { CardImage } from './card-image.ts'

/** What every part of an emulated card works with. `image` is the card's memory, changed in place. */
export interface CardContext {
  readonly image: CardImage
  readonly cipher: EmvCipher
  readonly random: Random
  /** To be called after each change of `image`, before the answer leaves. */
  changed(): void
}
