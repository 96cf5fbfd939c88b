import { concatBytes, xorBytes } from '../base/bytes.ts'
import { invariant } from '../base/invariant.ts'
import { type BlockPadding, padBlocks } from './block-padding.ts'
import type { EmvCipher } from './emv-cipher.ts'

/** Application cryptogram, 8 bytes. `sessionKey`: 16 bytes. Source: EMV Book 2, 8.1.2. */
export function applicationCryptogram(
  cipher: EmvCipher,
  sessionKey: Uint8Array,
  data: Uint8Array,
  padding: BlockPadding,
): Uint8Array {
  return cipher.retailMac(sessionKey, padBlocks(data, padding))
}

/** ARPC method 1, 8 bytes. `responseCode`: 2 bytes. Source: EMV Book 2, 8.2.1. */
export function arpcMethod1(
  cipher: EmvCipher,
  key: Uint8Array,
  arqc: Uint8Array,
  responseCode: Uint8Array,
): Uint8Array {
  invariant(responseCode.length === 2, `response code of ${responseCode.length} bytes`)
  const code = new Uint8Array(8)
  code.set(responseCode)
  return Uint8Array.from(cipher.tdesEncrypt(key, xorBytes(arqc, code)))
}

/** ARPC method 2, 4 bytes. `cardStatusUpdate`: 4 bytes; `proprietary`: 0 to 8. Source: EMV Book 2, 8.2.2. */
export function arpcMethod2(
  cipher: EmvCipher,
  key: Uint8Array,
  arqc: Uint8Array,
  cardStatusUpdate: Uint8Array,
  proprietary: Uint8Array = new Uint8Array(0),
): Uint8Array {
  invariant(cardStatusUpdate.length === 4, `card status update of ${cardStatusUpdate.length} bytes`)
  const data = concatBytes([arqc, cardStatusUpdate, proprietary])
  return cipher.retailMac(key, padBlocks(data, '80')).subarray(0, 4)
}

/**
 * MAC of an issuer script command, 8 bytes; the command carries its first 4 to 8. `data` before padding: header,
 * then what the scheme adds, then command data. `previous`: MAC of the command before, where the scheme chains.
 *
 * Source: EMV Book 2, 9.2.3.
 */
export function scriptMac(
  cipher: EmvCipher,
  sessionKey: Uint8Array,
  data: Uint8Array,
  previous?: Uint8Array,
): Uint8Array {
  return cipher.retailMac(sessionKey, padBlocks(data, '80'), previous)
}

/** Length byte, data, 80 padding, TDES-ECB. Source: Visa VIS 1.5, D.5; JR/T 0025.5, 11.4. */
export function encipherScriptData(cipher: EmvCipher, sessionKey: Uint8Array, data: Uint8Array): Uint8Array {
  const framed = concatBytes([Uint8Array.of(data.length), data])
  return Uint8Array.from(cipher.tdesEncrypt(sessionKey, padBlocks(framed, '80')))
}

/** Undoes `encipherScriptData`; undefined when the length byte does not fit. */
export function decipherScriptData(
  cipher: EmvCipher,
  sessionKey: Uint8Array,
  enciphered: Uint8Array,
): Uint8Array | undefined {
  if (enciphered.length === 0 || enciphered.length % 8 !== 0) return undefined
  const framed = cipher.tdesDecrypt(sessionKey, enciphered)
  const size = framed[0] ?? 0
  return size < framed.length ? Uint8Array.from(framed.subarray(1, 1 + size)) : undefined
}
