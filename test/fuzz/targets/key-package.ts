import { concatBytes, equalBytes } from '../../../src/base/bytes.ts'
import {
  decodeKeyPackage,
  encodeKeyPackage,
  KEY_NONCE_SIZE,
  type KeyPackage,
  PACKAGE_SIGNATURE_SIZE,
  readKeyPlaintext,
} from '../../../src/crypto/key-package.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'

const PACKAGE: KeyPackage = {
  algorithm: 'tdes',
  serialNumber: 'TWPP0001',
  nonce: new Uint8Array(KEY_NONCE_SIZE).fill(7),
  checkValue: Uint8Array.of(1, 2, 3, 4),
  cryptogram: new Uint8Array(256).fill(9),
  certificates: [new Uint8Array(40).fill(1), new Uint8Array(30).fill(2)],
}

function seed(content: KeyPackage): Uint8Array {
  return concatBytes([encodeKeyPackage(content), new Uint8Array(PACKAGE_SIGNATURE_SIZE)])
}

/** Key packages of a host: what can be read is written again in the same bytes, and a key has the size of one. */
export const target: FuzzTarget = {
  sizeMax: 1200,
  seeds: () => [
    seed(PACKAGE),
    seed({ ...PACKAGE, algorithm: 'sm4', certificates: [], cryptogram: new Uint8Array(2) }),
  ],
  run(input) {
    const opened = decodeKeyPackage(input)
    if (opened !== undefined) {
      const { content, signed, signature } = opened
      must(equalBytes(concatBytes([signed, signature]), input), 'a part of the package is lost')
      must(equalBytes(encodeKeyPackage(content), signed), 'written again it differs')
    }
    const key = readKeyPlaintext(input)
    if (key !== undefined) must([16, 24].includes(key.key.length), 'a key of another size')
  },
}
