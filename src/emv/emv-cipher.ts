/** The block cipher and hash operations that EMV needs; who calls passes them in. Data are whole 8-byte blocks, ECB. */
export interface EmvCipher {
  /** `key`: 16 bytes. */
  tdesEncrypt(key: Uint8Array, data: Uint8Array): Uint8Array
  /** `key`: 16 bytes. */
  tdesDecrypt(key: Uint8Array, data: Uint8Array): Uint8Array
  /**
   * MAC of whole blocks, 8 bytes: single DES chain with the left half of `key` (16 bytes), then D with the right, E with the
   * left. It chains from `initial`, 8 bytes, or from zeros. Source: ISO/IEC 9797-1, algorithm 3; EMV Book 2, A1.2.
   */
  retailMac(key: Uint8Array, blocks: Uint8Array, initial?: Uint8Array): Uint8Array
  /** 20 bytes. */
  sha1(data: Uint8Array): Uint8Array
}

/** SHA-1, 20 bytes: all that offline data authentication needs besides big integers. */
export type Sha1 = (data: Uint8Array) => Uint8Array
