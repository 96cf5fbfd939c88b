import { asciiToBytes } from '../base/bytes.ts'
import { invariant } from '../base/invariant.ts'
import { type BlockCipher, createAes, createSm4, createTdes } from './block-cipher.ts'

/** Message authentication algorithms of field 64, chosen by profile. */
export type MessageMacAlgorithm = 'unionpay-ecb' | 'x9.9' | 'x9.19' | 'aes-cmac' | 'sm4-ecb'

/** `zeros`: to a whole block, nothing when already whole. `80`: always 80, then zeros. */
export type MacPadding = 'zeros' | '80'

/** A key prepared for many messages. */
export type PreparedMac = (data: Uint8Array) => Uint8Array

/** Pads to whole blocks of `blockSize`. Source: ISO/IEC 9797-1, padding methods 1 (zeros) and 2 (80). */
export function padBlocks(data: Uint8Array, padding: MacPadding, blockSize = 8): Uint8Array {
  const used = padding === '80' ? data.length + 1 : data.length
  const size = Math.max(Math.ceil(used / blockSize), 1) * blockSize
  const padded = new Uint8Array(size)
  padded.set(data)
  if (padding === '80') padded[data.length] = 0x80
  return padded
}

/** DES (8-byte key) or TDES CBC-MAC, 8 bytes. Source: ANSI X9.9, FIPS 113; ISO/IEC 9797-1 algorithm 1. */
export function macX99(key: Uint8Array, data: Uint8Array, padding: MacPadding = 'zeros'): Uint8Array {
  return createTdes(key).chain(padBlocks(data, padding))
}

/** Retail MAC, 8 bytes: single DES chain, then D and E. `key`: 16 bytes. Source: ANSI X9.19; ISO/IEC 9797-1 algorithm 3. */
export function macX919(key: Uint8Array, data: Uint8Array, padding: MacPadding = 'zeros'): Uint8Array {
  return prepareX919(key, padding)(data)
}

function prepareX919(key: Uint8Array, padding: MacPadding): PreparedMac {
  invariant(key.length === 16, `X9.19 key of ${key.length} bytes`)
  const left = createTdes(key.subarray(0, 8))
  const right = createTdes(key.subarray(8, 16))
  return (data) => left.encrypt(right.decrypt(left.chain(padBlocks(data, padding))))
}

/** XOR of all zero-padded blocks: the first step of the UnionPay ECB method. */
export function foldBlocks(data: Uint8Array, blockSize: 8 | 16): Uint8Array {
  const folded = new Uint8Array(blockSize)
  const mask = blockSize - 1
  for (let index = 0; index < data.length; index++) {
    folded[index & mask] = (folded[index & mask] as number) ^ (data[index] as number)
  }
  return folded
}

/**
 * UnionPay ECB MAC: 8 ASCII hexadecimal characters. `key`: 8 (DES) or 16 bytes (3DES).
 * Source: UnionPay POS dialect, 10.3.
 */
export function macUnionPayEcb(key: Uint8Array, data: Uint8Array): Uint8Array {
  return unionPayEcb(createTdes(key), data)
}

/** The same over SM4: 16-byte blocks, 32 characters. No published source: a project convention. */
export function macUnionPaySm4(key: Uint8Array, data: Uint8Array): Uint8Array {
  return unionPayEcb(createSm4(key), data)
}

/** Where a MAC is worked out: nothing of it is left behind for the collector, and the next one writes over it. */
const FOLDED = new Uint8Array(16)
const TEXT = new Uint8Array(32)

function unionPayEcb(cipher: BlockCipher, data: Uint8Array): Uint8Array {
  const size = cipher.blockSize
  if (size === 8) foldEight(data, FOLDED)
  else FOLDED.set(foldBlocks(data, size))
  putHexText(FOLDED, size * 2, TEXT)
  cipher.encryptBlockAt(TEXT, 0)
  for (let index = 0; index < size; index++) {
    TEXT[index] = (TEXT[index] as number) ^ (TEXT[size + index] as number)
  }
  cipher.encryptBlockAt(TEXT, 0)
  const mac = new Uint8Array(8)
  putHexText(TEXT, 8, mac)
  return mac
}

/** `foldBlocks` with a variable for each byte of a block of 8: a third of the time. */
function foldEight(data: Uint8Array, into: Uint8Array): void {
  let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0]
  const whole = data.length & ~7
  for (let at = 0; at < whole; at += 8) {
    a ^= data[at] as number
    b ^= data[at + 1] as number
    c ^= data[at + 2] as number
    d ^= data[at + 3] as number
    e ^= data[at + 4] as number
    f ^= data[at + 5] as number
    g ^= data[at + 6] as number
    h ^= data[at + 7] as number
  }
  into[0] = a
  into[1] = b
  into[2] = c
  into[3] = d
  into[4] = e
  into[5] = f
  into[6] = g
  into[7] = h
  for (let at = whole; at < data.length; at++) into[at & 7] = (into[at & 7] as number) ^ (data[at] as number)
}

/** ASCII digits `0`-`9` and `A`-`F`. */
const HEX_DIGITS = asciiToBytes('0123456789ABCDEF')

/** Writes the first `count` (even) upper-case hexadecimal digits of `bytes`, as ASCII bytes. */
function putHexText(bytes: Uint8Array, count: number, into: Uint8Array): void {
  for (let index = 0; index < count; index += 2) {
    const byte = bytes[index >> 1] as number
    into[index] = HEX_DIGITS[byte >> 4] as number
    into[index + 1] = HEX_DIGITS[byte & 15] as number
  }
}

/** AES-CMAC, 16 bytes. Source: NIST SP 800-38B, RFC 4493. */
export function aesCmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  return cmac(createAes(key), data)
}

/** TDES-CMAC, 8 bytes. Source: NIST SP 800-38B. */
export function tdesCmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  return cmac(createTdes(key), data)
}

/** CMAC over any block cipher, one block. Source: NIST SP 800-38B, 6. */
export function cmac(cipher: BlockCipher, data: Uint8Array): Uint8Array {
  return prepareCmac(cipher)(data)
}

/** `cmac` with its two subkeys made once. */
export function prepareCmac(cipher: BlockCipher): PreparedMac {
  const size = cipher.blockSize
  const first = doubled(cipher.encrypt(new Uint8Array(size)))
  const second = doubled(first)
  return (data) => {
    const whole = data.length > 0 && data.length % size === 0
    const padded = whole ? new Uint8Array(data) : padBlocks(data, '80', size)
    const mask = whole ? first : second
    const last = padded.length - size
    for (let index = 0; index < size; index++) {
      padded[last + index] = (padded[last + index] ?? 0) ^ (mask[index] ?? 0)
    }
    return cipher.chain(padded)
  }
}

/** Multiplication by x in the field of the block size. */
function doubled(block: Uint8Array): Uint8Array {
  const reduction = block.length === 8 ? 0x1b : 0x87
  const result = new Uint8Array(block.length)
  for (let index = 0; index < block.length; index++) {
    result[index] = ((block[index] ?? 0) << 1) | ((block[index + 1] ?? 0) >> 7)
  }
  if (((block[0] ?? 0) & 0x80) !== 0) {
    result[block.length - 1] = (result[block.length - 1] ?? 0) ^ reduction
  }
  return result
}

/** Key sizes in bytes that `prepareMessageMac` takes. */
export const MESSAGE_MAC_KEY_SIZES: Readonly<Record<MessageMacAlgorithm, readonly number[]>> = {
  'unionpay-ecb': [8, 16],
  'x9.9': [8, 16],
  'x9.19': [16],
  'aes-cmac': [16],
  'sm4-ecb': [16],
}

/** The 8 bytes of field 64, with the key prepared once. Longer MACs are cut to their first 8 bytes. */
export function prepareMessageMac(algorithm: MessageMacAlgorithm, key: Uint8Array): PreparedMac {
  invariant(MESSAGE_MAC_KEY_SIZES[algorithm].includes(key.length), `${algorithm} key of ${key.length} bytes`)
  switch (algorithm) {
    case 'unionpay-ecb': {
      const cipher = createTdes(key)
      return (data) => unionPayEcb(cipher, data)
    }
    case 'sm4-ecb': {
      const cipher = createSm4(key)
      return (data) => unionPayEcb(cipher, data)
    }
    case 'x9.9': {
      const cipher = createTdes(key)
      return (data) => cipher.chain(padBlocks(data, 'zeros'))
    }
    case 'x9.19':
      return prepareX919(key, 'zeros')
    case 'aes-cmac': {
      const mac = prepareCmac(createAes(key))
      return (data) => {
        const long = mac(data)
        const short = new Uint8Array(8)
        for (let index = 0; index < 8; index++) short[index] = long[index] as number
        return short
      }
    }
  }
}

/** One message: the 8 bytes of field 64. */
export function messageMac(algorithm: MessageMacAlgorithm, key: Uint8Array, data: Uint8Array): Uint8Array {
  return prepareMessageMac(algorithm, key)(data)
}
