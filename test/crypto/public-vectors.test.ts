import { describe, expect, it } from 'vitest'
import { asciiToBytes, bytesToAscii, fromHex, toHex } from '../../src/base/bytes.ts'
import { createSm4, createTdes } from '../../src/crypto/block-cipher.ts'
import {
  deriveInitialKeyAes,
  deriveTransactionKeyAes,
  deriveWorkingKeyAes,
} from '../../src/crypto/dukpt-aes.ts'
import {
  deriveInitialKeyTdes,
  deriveTransactionKeyTdes,
  dukptTdesVariant,
} from '../../src/crypto/dukpt-tdes.ts'
import { keyCheckValue } from '../../src/crypto/key-check-value.ts'
import { aesCmac, macUnionPayEcb, macUnionPaySm4, macX99, macX919 } from '../../src/crypto/mac.ts'
import {
  decipherPinBlock4,
  decipherPinField4,
  decodePinBlock,
  encipherPinBlock4,
  encodePinBlock,
} from '../../src/crypto/pin-block.ts'
import { decryptTrack, encryptTrack } from '../../src/crypto/track-cipher.ts'
import { textOf, type Vector, vectorsOf } from '../vectors/vectors.ts'

const MAC_DATA = asciiToBytes('4012345678909D987')
const hexOf = (vector: Vector, name: string) => fromHex(textOf(vector.inputs, name))

function each(category: string, check: (vector: Vector) => void): void {
  describe(category, () => {
    for (const vector of vectorsOf(category)) it(`${vector.id} (${vector.origin})`, () => check(vector))
  })
}

each('dukpt-tdes', (vector) => {
  const { inputs, expected } = vector
  const serial = hexOf(vector, 'iksn' in inputs ? 'iksn' : 'ksn')
  const initialKey = deriveInitialKeyTdes(hexOf(vector, 'bdk'), serial)
  if ('ik' in expected) return expect(toHex(initialKey)).toBe(expected['ik'])
  expect(toHex(initialKey)).toBe(inputs['ik'])
  const key = deriveTransactionKeyTdes(initialKey, serial)
  expect(toHex(key)).toBe(expected['transactionKey'])
  const block = encodePinBlock({ format: 0, pin: textOf(inputs, 'pin'), pan: textOf(inputs, 'pan') })
  expect(toHex(createTdes(dukptTdesVariant(key, 'pin')).encrypt(block))).toBe(
    expected['pinBlockFormat0Encrypted'],
  )
  const mac = (usage: 'macRequest' | 'macResponse') =>
    toHex(macX919(dukptTdesVariant(key, usage), MAC_DATA).subarray(0, 4))
  expect(mac('macRequest')).toBe(expected['macRequest4'])
  return expect(mac('macResponse')).toBe(expected['macResponse4'])
})

each('dukpt-aes', (vector) => {
  const { inputs, expected } = vector
  if ('initialKeyId' in inputs) {
    return expect(toHex(deriveInitialKeyAes(hexOf(vector, 'bdk'), hexOf(vector, 'initialKeyId')))).toBe(
      expected['ik'],
    )
  }
  const serial = hexOf(vector, 'ksn')
  const initialKey = deriveInitialKeyAes(hexOf(vector, 'bdk'), serial.subarray(0, 8))
  const key = deriveTransactionKeyAes(initialKey, serial)
  const working = (usage: 'pin' | 'macGeneration' | 'dataEncrypt') =>
    deriveWorkingKeyAes(key, usage, 'aes128', serial)
  expect(toHex(key)).toBe(expected['transactionKey'])
  expect(toHex(working('pin'))).toBe(expected['pinKey'])
  expect(toHex(working('macGeneration'))).toBe(expected['macGenerationKey'])
  expect(toHex(working('dataEncrypt'))).toBe(expected['dataEncryptKey'])
  const block = encipherPinBlock4(working('pin'), hexOf(vector, 'pinField'), textOf(inputs, 'pan'))
  expect(toHex(block)).toBe(expected['encryptedPinBlockFormat4'])
  return expect(toHex(aesCmac(working('macGeneration'), MAC_DATA))).toBe(expected['cmacRequest'])
})

each('pin-block', ({ inputs, expected, id }) => {
  const format = Number(String(inputs['format']).slice(0, 1))
  if (format === 4) {
    const [key, block, pan] = [
      fromHex(textOf(inputs, 'key')),
      fromHex(textOf(inputs, 'encrypted')),
      textOf(inputs, 'pan'),
    ]
    expect(toHex(decipherPinField4(key, block, pan))).toBe(expected['clearPinField'])
    return expect(decipherPinBlock4(key, block, pan)).toEqual({ ok: true, value: expected['pin'] })
  }
  if (format !== 0 && format !== 1 && format !== 2 && format !== 3) throw new Error(`format of ${id}`)
  const pan = typeof inputs['pan'] === 'string' ? inputs['pan'] : undefined
  if ('clearBlock' in inputs) {
    const block = fromHex(textOf(inputs, 'clearBlock'))
    return expect(decodePinBlock({ format, block, pan })).toEqual({ ok: true, value: expected['pin'] })
  }
  const filler = typeof inputs['filler'] === 'string' ? inputs['filler'] : undefined
  const block = encodePinBlock({ format, pin: textOf(inputs, 'pin'), pan, filler })
  expect(toHex(block)).toBe(expected['clearBlock'])
  return expect(decodePinBlock({ format, block, pan })).toEqual({ ok: true, value: inputs['pin'] })
})

each('kcv', ({ inputs, expected, id }) => {
  const key = fromHex(textOf(inputs, 'key'))
  const algorithm = id.includes('sm4') ? 'sm4' : 'tdes'
  expect(toHex(keyCheckValue(algorithm, key))).toBe(expected['kcv4bytes'])
  if ('kcvFull' in expected) expect(toHex(keyCheckValue(algorithm, key, 8))).toBe(expected['kcvFull'])
  if ('kcv3bytes' in expected) expect(toHex(keyCheckValue(algorithm, key, 3))).toBe(expected['kcv3bytes'])
})

each('mac-x9.9', ({ inputs, expected }) => {
  const mac = macX99(fromHex(textOf(inputs, 'key')), asciiToBytes(textOf(inputs, 'dataAscii')))
  expect(toHex(mac)).toBe(expected['mac8'])
})

each('mac-x9.19', ({ inputs, expected }) => {
  const mac = macX919(fromHex(textOf(inputs, 'key')), asciiToBytes(textOf(inputs, 'dataAscii')))
  expect(toHex(mac)).toBe(expected['mac8'])
})

each('aes-cmac', ({ inputs, expected }) => {
  expect(toHex(aesCmac(fromHex(textOf(inputs, 'key')), fromHex(textOf(inputs, 'message'))))).toBe(
    expected['cmac'],
  )
})

each('sm4', ({ inputs, expected }) => {
  const cipher = createSm4(fromHex(textOf(inputs, 'key')))
  expect(toHex(cipher.encrypt(fromHex(textOf(inputs, 'plaintext'))))).toBe(expected['ciphertext'])
  expect(toHex(cipher.decrypt(fromHex(textOf(expected, 'ciphertext'))))).toBe(inputs['plaintext'])
})

each('cup-mac-ecb', (vector) => {
  const { inputs, expected, id } = vector
  const mab = hexOf(vector, 'mab')
  if (id.includes('sm4')) {
    return expect(bytesToAscii(macUnionPaySm4(hexOf(vector, 'mak'), mab))).toBe(expected['macAscii'])
  }
  const mak =
    'mak' in inputs
      ? hexOf(vector, 'mak')
      : createTdes(hexOf(vector, 'tmk')).decrypt(hexOf(vector, 'encryptedMak'))
  if ('mak' in expected) expect(toHex(mak)).toBe(expected['mak'])
  return expect(bytesToAscii(macUnionPayEcb(mak, mab))).toBe(expected['macAscii'])
})

each('cup-mac-variants', (vector) => {
  const { expected } = vector
  const [mab, single, double] = [hexOf(vector, 'mab'), hexOf(vector, 'mak8'), hexOf(vector, 'mak16')]
  expect(bytesToAscii(macUnionPayEcb(single, mab))).toBe(expected['ecbDes'])
  expect(bytesToAscii(macUnionPayEcb(double, mab))).toBe(expected['ecbTdes'])
  expect(toHex(macX99(single, mab))).toBe(expected['cbcX99Des'])
  expect(toHex(macX919(double, mab))).toBe(expected['x919'])
})

each('cup-track-encryption', (vector) => {
  const { inputs, expected } = vector
  const digits = textOf(inputs, 'track2')
  expect(encryptTrack(hexOf(vector, 'tdk'), digits)).toBe(expected['encrypted'])
  expect(decryptTrack(hexOf(vector, 'tdk'), textOf(expected, 'encrypted'))).toBe(digits)
})
