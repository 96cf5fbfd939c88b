import { generateKeyPairSync } from 'node:crypto'
import { type IssuerKeys, signingKeyOf } from '../../../hardware/emulator/chip-card/card-certificates.ts'
import { cardCipher } from '../../../hardware/emulator/chip-card/card-cipher.ts'
import type { ApplicationImage, CardImage } from '../../../hardware/emulator/chip-card/card-image.ts'
import { type CardOrder, personaliseCard } from '../../../hardware/emulator/chip-card/personalise.ts'
import { concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import type { Random } from '../../../src/base/ports.ts'
import { sha1 } from '../../../src/crypto/hash.ts'
import { schemeMasterKey } from '../../../src/emv/schemes.ts'

export const TEST_PAN = '6210948000000011'

/** Issuer master keys of the tests. */
export const MASTER_KEYS = {
  ac: fromHex('11223344556677889900AABBCCDDEEFF'),
  smi: fromHex('2233445566778899AABBCCDDEEFF0011'),
  smc: fromHex('33445566778899AABBCCDDEEFF001122'),
} as const

function newKey(bits: number, publicExponent: number) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits, publicExponent })
  return signingKeyOf(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
}

/** Key pairs are made once a test file: they are the slow part. */
export const testIssuer: IssuerKeys = {
  rid: 'A000000333',
  caIndex: 0xf7,
  ca: newKey(1408, 3),
  issuer: newKey(1152, 3),
  issuerExpiry: '1235',
  cardKeys: (pan, panSequence, scheme) => {
    const derive = (key: Uint8Array) => toHex(schemeMasterKey(cardCipher, scheme, key, pan, panSequence))
    return { ac: derive(MASTER_KEYS.ac), smi: derive(MASTER_KEYS.smi), smc: derive(MASTER_KEYS.smc) }
  },
}

/** Numbers that look random and are the same in each run. */
export function countingRandom(seed = 1): Random {
  let round = seed
  return {
    bytes(size) {
      let block = new Uint8Array(0)
      while (block.length < size) {
        round += 1
        block = Uint8Array.from(concatBytes([block, sha1(Uint8Array.of(round >> 8, round & 0xff))]))
      }
      return block.subarray(0, size)
    },
  }
}

export function testOrder(changes: Partial<CardOrder> = {}): CardOrder {
  return {
    pan: TEST_PAN,
    panSequence: '01',
    expiry: '3012',
    effective: '250101',
    pin: '123456',
    cardholderName: 'TEST/CARD',
    scheme: 'pboc-01',
    cvm: 'pin',
    stripeOnly: false,
    authentication: 'dda',
    country: '156',
    currency: '156',
    discretionary: '123',
    transactionCounter: 0,
    ...changes,
  }
}

const made = new Map<string, CardImage>()

/** A new card of an order; certificates are made once for each kind of order. */
export function testCard(changes: Partial<CardOrder> = {}): CardImage {
  const order = testOrder(changes)
  const name = JSON.stringify(order)
  const image = made.get(name) ?? personaliseCard(order, testIssuer)
  made.set(name, image)
  return structuredClone(image)
}

/** The one application of a test card. */
export function applicationOf(image: CardImage): ApplicationImage {
  const application = image.chip?.applications[0]
  if (application === undefined) throw new Error('a card without a chip')
  return application
}
