/** The block cipher and hash operations that EMV needs; who calls passes them in. Data are whole 8-byte blocks, ECB. */
export interface EmvCipher {
  /** `key`: 8 bytes. */
  desEncrypt(key: Uint8Array, data: Uint8Array): Uint8Array
  /** `key`: 8 bytes. */
  desDecrypt(key: Uint8Array, data: Uint8Array): Uint8Array
  /** `key`: 16 bytes. */
  tdesEncrypt(key: Uint8Array, data: Uint8Array): Uint8Array
  /** `key`: 16 bytes. */
  tdesDecrypt(key: Uint8Array, data: Uint8Array): Uint8Array
  /** 20 bytes. */
  sha1(data: Uint8Array): Uint8Array
}

/** SHA-1, 20 bytes: all that offline data authentication needs besides big integers. */
export type Sha1 = (data: Uint8Array) => Uint8Array
