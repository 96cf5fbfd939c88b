import { createEmvCipher } from '../../../src/crypto/emv-cipher.ts'
import type { EmvCipher } from '../../../src/emv/emv-cipher.ts'

/** What cards compute with. */
export const cardCipher: EmvCipher = createEmvCipher()
