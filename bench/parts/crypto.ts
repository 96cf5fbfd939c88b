import { createCipheriv } from 'node:crypto'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { createTdes, tripleLengthKey } from '../../src/crypto/block-cipher.ts'
import { deriveTransactionKeyAes, deriveWorkingKeyAes } from '../../src/crypto/dukpt-aes.ts'
import { deriveTransactionKeyTdes, dukptTdesVariant } from '../../src/crypto/dukpt-tdes.ts'
import { createEmvCipher } from '../../src/crypto/emv-cipher.ts'
import { aesCmac, prepareMessageMac } from '../../src/crypto/mac.ts'
import { nodeRandom } from '../../src/crypto/node-random.ts'
import { decodePinBlock, encodePinBlock } from '../../src/crypto/pin-block.ts'
import { schemeCryptogram, schemeMasterKey } from '../../src/emv/schemes.ts'
import { openSecurityModule } from '../../src/host/security-module/software-security-module.ts'
import { type BenchPart, compareWith, measureOf, requireThat } from '../bench-part.ts'
import { timeTogether } from '../measure.ts'
import type { Measure } from '../results.ts'

/** Published test keys, and a card number of a test range. */
const KEY = fromHex('0123456789ABCDEFFEDCBA9876543210')
const OTHER_KEY = fromHex('FEDCBA98765432100123456789ABCDEF')
const PAN = '6210948000000011'
const PIN = '1234'
const MESSAGE = Uint8Array.from({ length: 256 }, (_, index) => index)

interface Operation {
  readonly name: string
  readonly work: () => unknown
  /** The cipher that it stands on, and how many bytes pass through it. */
  readonly cipher: 'des-ede3-ecb' | 'aes-128-ecb'
  readonly bytes: number
}

/** A cipher object that is kept, asked for as many bytes in one call: nothing over OpenSSL is faster. */
function bareUpdate({ cipher, bytes }: Operation): () => unknown {
  const key = cipher === 'des-ede3-ecb' ? tripleLengthKey(KEY) : KEY
  const kept = createCipheriv(cipher, key, null)
  kept.setAutoPadding(false)
  const data = new Uint8Array(bytes)
  return () => kept.update(data)
}

function pinOperations(folder: string): readonly Operation[] {
  const from = createTdes(KEY)
  const to = createTdes(OTHER_KEY)
  const block = from.encrypt(encodePinBlock({ format: 0, pin: PIN, pan: PAN }))
  const module = openSecurityModule({ directory: folder, random: nodeRandom })
  const zeros = '00'.repeat(16)
  const pinKey = module.importKeyComponents('pin', 'tdes2', [toHex(KEY), zeros])
  const verificationKey = module.generateKey('pinVerification', 'aes128')
  const reference = module.pinReference(verificationKey, PAN, PIN)
  const question = { pinKey, verificationKey, pinBlock: block, panInBlock: PAN, pan: PAN, reference }
  requireThat(module.verifyPin(question) === 'correct', 'the PIN does not verify')
  const translated = to.decrypt(to.encrypt(from.decrypt(block)))
  const read = decodePinBlock({ format: 0, block: translated, pan: PAN })
  requireThat(read.ok && read.value === PIN, 'the PIN block was translated wrongly')
  return [
    {
      name: 'PIN block, from one key to another',
      work: () => to.encrypt(from.decrypt(block)),
      cipher: 'des-ede3-ecb',
      bytes: 16,
    },
    {
      name: 'PIN verified in the security module',
      work: () => module.verifyPin(question),
      cipher: 'aes-128-ecb',
      bytes: 48,
    },
  ]
}

function dukptOperations(): readonly Operation[] {
  // Initial keys and serial numbers of ANSI X9.24-1 A.4 and X9.24-3 B; the longest has ten bits set.
  const initialTdes = fromHex('6AC292FAA1315B4D858AB3A3D7D5933A')
  const first = fromHex('FFFF9876543210E00001')
  const longest = fromHex('FFFF9876543210FFF800')
  const initialAes = fromHex('1273671EA26AC29AFA4D1084127652A1')
  const serialAes = fromHex('123456789012345600000001')
  const known = toHex(deriveTransactionKeyTdes(initialTdes, first))
  requireThat(known === '042666B49184CFA368DE9628D0397BC9', 'DUKPT TDES derives another key')
  const knownAes = toHex(deriveTransactionKeyAes(initialAes, serialAes))
  requireThat(knownAes === '4F21B565BAD9835E112B6465635EAE44', 'DUKPT AES derives another key')
  const tdes = (serial: Uint8Array) => () =>
    dukptTdesVariant(deriveTransactionKeyTdes(initialTdes, serial), 'pin')
  return [
    { name: 'DUKPT TDES, 1 bit set', work: tdes(first), cipher: 'des-ede3-ecb', bytes: 16 },
    { name: 'DUKPT TDES, most bits set', work: tdes(longest), cipher: 'des-ede3-ecb', bytes: 160 },
    {
      name: 'DUKPT AES-128, 1 bit set',
      work: () =>
        deriveWorkingKeyAes(deriveTransactionKeyAes(initialAes, serialAes), 'pin', 'aes128', serialAes),
      cipher: 'aes-128-ecb',
      bytes: 32,
    },
  ]
}

function cryptogramOperation(): Operation {
  const context = {
    applicationTransactionCounter: fromHex('0001'),
    unpredictableNumber: fromHex('3510540E'),
  }
  const data = MESSAGE.subarray(0, 29)
  const work = (): Uint8Array => {
    // A cipher of its own each time: no derived key is remembered.
    const cipher = createEmvCipher()
    const masterKey = schemeMasterKey(cipher, 'visa-cvn18', KEY, PAN, '01')
    return schemeCryptogram(cipher, 'visa-cvn18', masterKey, context, data)
  }
  requireThat(work().length === 8, 'a cryptogram has eight bytes')
  return { name: 'ARQC with both derivations', work, cipher: 'des-ede3-ecb', bytes: 72 }
}

function operations(folder: string): readonly Operation[] {
  const tdes = createTdes(KEY)
  const block = MESSAGE.subarray(0, 8)
  const x919 = prepareMessageMac('x9.19', KEY)
  const unionPay = prepareMessageMac('unionpay-ecb', KEY)
  const cmac = prepareMessageMac('aes-cmac', KEY)
  requireThat(
    toHex(aesCmac(fromHex('2B7E151628AED2A6ABF7158809CF4F3C'), new Uint8Array(0))) ===
      'BB1D6929E95937287FA37D129B756746',
    'AES-CMAC differs from RFC 4493',
  )
  return [
    { name: 'TDES, 8 bytes', work: () => tdes.encrypt(block), cipher: 'des-ede3-ecb', bytes: 8 },
    { name: 'X9.19 MAC, 256 bytes', work: () => x919(MESSAGE), cipher: 'des-ede3-ecb', bytes: 272 },
    { name: 'UnionPay ECB MAC, 256 bytes', work: () => unionPay(MESSAGE), cipher: 'des-ede3-ecb', bytes: 16 },
    { name: 'AES-CMAC, 256 bytes', work: () => cmac(MESSAGE), cipher: 'aes-128-ecb', bytes: 272 },
    ...pinOperations(folder),
    cryptogramOperation(),
    ...dukptOperations(),
  ]
}

/** What the keys of a terminal and a host do, against what OpenSSL alone takes for as many bytes. */
export const crypto: BenchPart = {
  async run({ rounds, folder }) {
    const measures: Measure[] = []
    for (const operation of operations(folder)) {
      const { name, work, cipher, bytes } = operation
      const { own, bare } = await timeTogether({ own: work, bare: bareUpdate(operation) }, rounds)
      const comparisons = [compareWith(`bare ${cipher}, ${bytes} bytes`, 'lower', own, bare)]
      measures.push(measureOf({ name, unit: 'ns', better: 'lower', sample: own, comparisons }))
    }
    return measures
  },
}
