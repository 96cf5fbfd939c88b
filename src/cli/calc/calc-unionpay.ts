import { bytesToAscii, toHex } from '../../base/bytes.ts'
import { type BlockCipher, createSm4, createTdes } from '../../crypto/block-cipher.ts'
import { keyCheckValue } from '../../crypto/key-check-value.ts'
import { foldBlocks, macUnionPayEcb, macUnionPaySm4, macX99, macX919 } from '../../crypto/mac.ts'
import { decryptTrackWith, encryptTrackWith, trackBlockStart } from '../../crypto/track-cipher.ts'
import { parseWorkingKeys, type WrappedKeyField } from '../../iso8583/subfields/field-62.ts'
import { CalcFailure } from './calc-failure.ts'
import type { CalcInputs } from './calc-inputs.ts'
import { type CalcOutputs, type Operation, outputs } from './operation.ts'

const ALGORITHMS = ['tdes', 'sm4'] as const
type Algorithm = (typeof ALGORITHMS)[number]
const ALGORITHM_HELP = ['algorithm', 'tdes (default) or sm4'] as const

function cipherOf(algorithm: Algorithm, key: Uint8Array): BlockCipher {
  return algorithm === 'sm4' ? createSm4(key) : createTdes(key)
}

function keySizes(algorithm: Algorithm): readonly number[] {
  return algorithm === 'sm4' ? [16] : [8, 16, 24]
}

/** Working keys of a sign-in reply. Source: UnionPay POS dialect, 10.1. */
export const CUP_KEYS: Operation = {
  category: 'cup-keys',
  zh: '签到应答 62 域的工作密钥',
  en: 'working keys of field 62 of a sign-in reply',
  inputs: [
    ['tmk', 'terminal master key'],
    ['f62', 'field 62: 24, 40, 56, 57, 60 or 84 bytes'],
    ALGORITHM_HELP,
  ],
  run(inputs) {
    const algorithm = inputs.choice('algorithm', ALGORITHMS, 'tdes')
    const master = cipherOf(algorithm, inputs.hex('tmk', ...keySizes(algorithm)))
    const keys = parseWorkingKeys(inputs.hex('f62'))
    if (!keys.ok) throw new CalcFailure('f62 has none of the sizes of working keys')
    const { pinKey, macKey, trackKey } = keys.value
    return {
      ...openKey('pik', master, algorithm, pinKey),
      ...openKey('mak', master, algorithm, macKey),
      ...(trackKey === undefined ? {} : openKey('tdk', master, algorithm, trackKey)),
    }
  },
}

function openKey(
  name: string,
  master: BlockCipher,
  algorithm: Algorithm,
  { cryptogram, checkValue }: WrappedKeyField,
): CalcOutputs {
  if (cryptogram.length % master.blockSize !== 0)
    throw new CalcFailure(`the ${name} is not whole blocks of the master key's cipher`)
  const key = master.decrypt(cryptogram)
  const computed = toHex(keyCheckValue(algorithm, key, checkValue.length))
  return {
    [name]: toHex(key),
    [`${name}Kcv`]: computed,
    [`${name}KcvMatches`]: computed === toHex(checkValue),
  }
}

/** The ECB method of field 64, step by step. Source: UnionPay POS dialect, 10.3. */
export const CUP_MAC_ECB: Operation = {
  category: 'cup-mac-ecb',
  zh: '银联 ECB MAC',
  en: 'UnionPay MAC by the ECB method',
  inputs: [
    ['mab', 'data from the message type on'],
    ['mak', 'MAC key'],
    ['tmk', 'terminal master key, with encryptedMak instead of mak'],
    ['encryptedMak', 'MAC key under the terminal master key'],
    ALGORITHM_HELP,
  ],
  run(inputs) {
    const algorithm = inputs.choice('algorithm', ALGORITHMS, 'tdes')
    const sizes = algorithm === 'sm4' ? [16] : [8, 16]
    const mak =
      inputs.optionalHex('mak', ...sizes) ??
      cipherOf(algorithm, inputs.hex('tmk', ...keySizes(algorithm))).decrypt(
        inputs.hex('encryptedMak', ...sizes),
      )
    const mab = inputs.hex('mab')
    const blockSize = algorithm === 'sm4' ? 16 : 8
    const folded = toHex(foldBlocks(mab, blockSize))
    const mac = algorithm === 'sm4' ? macUnionPaySm4(mak, mab) : macUnionPayEcb(mak, mab)
    return {
      mak: toHex(mak),
      ...foldSteps(mab, blockSize),
      xorResult: folded,
      xor: folded,
      macAscii: bytesToAscii(mac),
      mac: toHex(mac),
    }
  },
}

/** The XOR after two blocks, after three, and so on before the last. */
function foldSteps(mab: Uint8Array, blockSize: 8 | 16): CalcOutputs {
  const count = Math.ceil(mab.length / blockSize)
  const steps: { [name: string]: string } = {}
  for (let blocks = 2; blocks < count; blocks++) {
    steps[`xorAfter${blocks}Blocks`] = toHex(foldBlocks(mab.subarray(0, blocks * blockSize), blockSize))
  }
  return steps
}

/** All MACs that acquirers ask for in field 64. Source: UnionPay POS dialect, 10.3. */
export const CUP_MAC_VARIANTS: Operation = {
  category: 'cup-mac-variants',
  zh: '64 域 MAC 的各种算法',
  en: 'the MACs that field 64 may carry',
  inputs: [
    ['mab', 'data from the message type on'],
    ['mak8', 'single-length MAC key'],
    ['mak16', 'double-length MAC key'],
  ],
  run(inputs) {
    const mab = inputs.hex('mab')
    const single = inputs.optionalHex('mak8', 8)
    const double = inputs.optionalHex('mak16', 16)
    if (single === undefined && double === undefined) throw new CalcFailure('mak8 or mak16 is missing')
    return outputs({
      xor: toHex(foldBlocks(mab, 8)),
      ecbDes: single && bytesToAscii(macUnionPayEcb(single, mab)),
      ecbTdes: double && bytesToAscii(macUnionPayEcb(double, mab)),
      cbcX99Des: single && toHex(macX99(single, mab)),
      cbcX99Tdes: double && toHex(macX99(double, mab)),
      x919: double && toHex(macX919(double, mab)),
    })
  },
}

const TRACK_NAMES = ['track2', 'track3', 'track'] as const

/** Track encryption in place. Source: UnionPay POS dialect, 10.4. */
export const CUP_TRACK: Operation = {
  category: 'cup-track-encryption',
  zh: '磁道加密与解密',
  en: 'encryption of tracks, and back',
  inputs: [
    ['tdk', 'track key'],
    ['track2', 'digits with D or = as the separator; track3 in the same way'],
    ['encrypted', 'encrypted digits: gives the track'],
    ALGORITHM_HELP,
  ],
  run(inputs) {
    const algorithm = inputs.choice('algorithm', ALGORITHMS, 'tdes')
    const cipher = cipherOf(algorithm, inputs.hex('tdk', ...keySizes(algorithm)))
    if (cipher.blockSize !== 8) throw new CalcFailure('the track is encrypted in blocks of 8 bytes: use tdes')
    const name = TRACK_NAMES.find((each) => inputs.has(each))
    if (name === undefined) {
      const track = decryptTrackWith(cipher, trackDigits(inputs, 'encrypted'))
      return { track2: track, decrypted: track }
    }
    const digits = trackDigits(inputs, name)
    const padded = digits.padStart(17, 'F')
    const start = trackBlockStart(padded.length)
    return { tdb: padded.slice(start, start + 16), encrypted: encryptTrackWith(cipher, digits) }
  },
}

function trackDigits(inputs: CalcInputs, name: string): string {
  const digits = inputs
    .text(name)
    .replace(/^[;%+]|\?.?$/g, '')
    .replaceAll('=', 'D')
    .toUpperCase()
  if (!/^[0-9A-F]{1,107}$/.test(digits)) throw new CalcFailure(`${name} is not 1 to 107 track digits`)
  return digits
}
