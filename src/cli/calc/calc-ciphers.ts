import { toHex } from '../../base/bytes.ts'
import {
  type BlockCipher,
  createAes,
  createSm4,
  createTdes,
  decryptCbc,
  encryptCbc,
} from '../../crypto/block-cipher.ts'
import { type CheckValueAlgorithm, keyCheckValue } from '../../crypto/key-check-value.ts'
import { aesCmac, type MacPadding, macX99, macX919, tdesCmac } from '../../crypto/mac.ts'
import { CalcFailure } from './calc-failure.ts'
import type { CalcInputs } from './calc-inputs.ts'
import type { CalcOutputs, Operation } from './operation.ts'

const ALGORITHMS: readonly CheckValueAlgorithm[] = ['tdes', 'aes-cmac', 'aes', 'sm4']
const KEY_SIZES: { readonly [algorithm in CheckValueAlgorithm]: readonly number[] } = {
  tdes: [8, 16, 24],
  aes: [16, 24, 32],
  'aes-cmac': [16, 24, 32],
  sm4: [16],
}

/** Key check values. Source: ANSI X9.24-1:2017, annex A; GM/T 0002 for SM4. */
export const KEY_CHECK_VALUE: Operation = {
  category: 'kcv',
  zh: '密钥校验值',
  en: 'key check value',
  inputs: [
    ['key', 'the key'],
    ['algorithm', 'tdes (default), aes, aes-cmac or sm4'],
  ],
  run(inputs) {
    // Of these only AES has keys of 32 bytes.
    const usual = inputs.hex('key').length === 32 ? 'aes-cmac' : 'tdes'
    const algorithm = inputs.choice('algorithm', ALGORITHMS, usual)
    const key = inputs.hex('key', ...KEY_SIZES[algorithm])
    const size = algorithm === 'tdes' ? 8 : 16
    const full = toHex(keyCheckValue(algorithm, key, size))
    return { kcvFull: full, kcv4bytes: full.slice(0, 8), kcv3bytes: full.slice(0, 6) }
  },
}

function padding(inputs: CalcInputs): MacPadding {
  return /80|9797.*2|method.?2/i.test(inputs.optionalText('padding') ?? '') ? '80' : 'zeros'
}

function macOperation(
  category: string,
  zh: string,
  en: string,
  keySizes: readonly number[],
  mac: (key: Uint8Array, data: Uint8Array, padding: MacPadding) => Uint8Array,
): Operation {
  return {
    category,
    zh,
    en,
    inputs: [
      ['key', `${keySizes.join(' or ')} bytes`],
      ['dataAscii', 'the data as text'],
      ['data', 'the data in hexadecimal'],
      ['padding', 'zeros (default) or 80'],
    ],
    run(inputs) {
      const value = mac(
        inputs.hex('key', ...keySizes),
        inputs.dataFrom(['data', 'dataHex', 'message']),
        padding(inputs),
      )
      return { mac8: toHex(value), mac4: toHex(value.subarray(0, 4)) }
    },
  }
}

/** Source: ANSI X9.9; FIPS 113. */
export const MAC_X9_9 = macOperation('mac-x9.9', 'MAC X9.9（CBC）', 'MAC of X9.9 (CBC)', [8, 16], macX99)
/** Source: ANSI X9.19; ISO 9797-1 algorithm 3. */
export const MAC_X9_19 = macOperation(
  'mac-x9.19',
  'MAC X9.19（retail）',
  'MAC of X9.19 (retail)',
  [16],
  macX919,
)

function cmacOperation(
  category: string,
  name: string,
  keySizes: readonly number[],
  mac: (key: Uint8Array, data: Uint8Array) => Uint8Array,
): Operation {
  return {
    category,
    zh: name,
    en: name,
    inputs: [
      ['key', `${keySizes.join(', ')} bytes`],
      ['message', 'hexadecimal; may be empty'],
      ['dataAscii', 'text, instead of the message'],
    ],
    run: (inputs) => ({
      cmac: toHex(mac(inputs.hex('key', ...keySizes), inputs.dataFrom(['message', 'data']))),
    }),
  }
}

/** Source: NIST SP 800-38B; RFC 4493. */
export const AES_CMAC = cmacOperation('aes-cmac', 'AES-CMAC', [16, 24, 32], aesCmac)
/** Source: NIST SP 800-38B. */
export const TDES_CMAC = cmacOperation('tdes-cmac', 'TDES-CMAC', [16, 24], tdesCmac)

function cipherOperation(
  category: string,
  zh: string,
  en: string,
  keySizes: readonly number[],
  create: (key: Uint8Array) => BlockCipher,
): Operation {
  return {
    category,
    zh,
    en,
    inputs: [
      ['key', `${keySizes.join(', ')} bytes`],
      ['plaintext', 'whole blocks: gives the ciphertext'],
      ['ciphertext', 'whole blocks: gives the plaintext'],
      ['mode', 'ecb (default) or cbc'],
      ['iv', 'first vector of CBC; zeros when left out'],
    ],
    run: (inputs) => runCipher(inputs, create(inputs.hex('key', ...keySizes))),
  }
}

function runCipher(inputs: CalcInputs, cipher: BlockCipher): CalcOutputs {
  const isCbc = inputs.choice('mode', ['ecb', 'cbc'], 'ecb') === 'cbc'
  const iv = inputs.optionalHex('iv', cipher.blockSize)
  const name = inputs.has('plaintext') ? 'plaintext' : 'ciphertext'
  const data = inputs.hex(name)
  if (data.length === 0 || data.length % cipher.blockSize !== 0)
    throw new CalcFailure(`${name} is not whole blocks of ${cipher.blockSize} bytes`)
  if (name === 'plaintext')
    return { ciphertext: toHex(isCbc ? encryptCbc(cipher, data, iv) : cipher.encrypt(data)) }
  return { plaintext: toHex(isCbc ? decryptCbc(cipher, data, iv) : cipher.decrypt(data)) }
}

/** Source: GM/T 0002; GB/T 32907. */
export const SM4 = cipherOperation('sm4', 'SM4 加解密', 'SM4', [16], createSm4)
export const TDES = cipherOperation('tdes', 'DES 与 3DES 加解密', 'DES and TDES', [8, 16, 24], createTdes)
export const AES = cipherOperation('aes', 'AES 加解密', 'AES', [16, 24, 32], createAes)
