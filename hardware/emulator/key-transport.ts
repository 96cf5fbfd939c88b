import { constants, type KeyObject, privateDecrypt, sign, verify } from 'node:crypto'
import { equalBytes } from '../../src/base/bytes.ts'
import type { Clock, Random } from '../../src/base/ports.ts'
import { CERTIFICATE_PURPOSE, checkCertificateChain } from '../../src/crypto/certificate-chain.ts'
import { keyCheckValue } from '../../src/crypto/key-check-value.ts'
import {
  decodeKeyPackage,
  KEY_NONCE_SIZE,
  type KeyPackage,
  keyLabel,
  keyRequestText,
  readKeyPlaintext,
} from '../../src/crypto/key-package.ts'
import { CERTIFICATE_PART_SIZE_MAX } from '../protocol/key-loading-payloads.ts'
import { STATUS } from '../protocol/link-codes.ts'
import { uint } from '../protocol/payload-writer.ts'
import type { DeviceReply } from './device-session.ts'
import { transportKeyOf } from './pad-certificate.ts'
import type { KeyMemory } from './pin-keys.ts'

const NOT_CERTIFIED: DeviceReply = { status: STATUS.wrongState }
const UNTRUSTED: DeviceReply = { status: STATUS.untrusted }

/** A key that came from afar and was found right. */
export interface TransportedKey {
  readonly algorithm: 'tdes' | 'sm4'
  readonly key: Uint8Array
}

/** The pad's part in getting its master key from afar: who it is, what it asks, and whom it believes. */
export class KeyTransport {
  readonly #memory: KeyMemory
  readonly #random: Random
  readonly #clock: Clock
  /** Of the last request; a package for another one is refused, and each serves once. */
  #nonce: Uint8Array | undefined
  #key: { readonly text: string; readonly key: KeyObject } | undefined

  constructor(memory: KeyMemory, random: Random, clock: Clock) {
    this.#memory = memory
    this.#random = random
    this.#clock = clock
  }

  /** Part of a certificate of the pad's chain; an index behind the last one is answered with a size of zero. */
  certificate(index: number, offset: number): DeviceReply {
    const { transport } = this.#memory.content
    if (transport === undefined) return NOT_CERTIFIED
    const der = Buffer.from(transport.certificates[index] ?? '', 'base64')
    const part = der.subarray(offset, offset + CERTIFICATE_PART_SIZE_MAX)
    return { status: STATUS.ok, body: Buffer.concat([uint(der.length, 2), part]) }
  }

  /** A fresh number, and the proof that this pad has the private key of its certificate. */
  request(context: Uint8Array): DeviceReply {
    const { transport, serialNumber } = this.#memory.content
    if (transport === undefined) return NOT_CERTIFIED
    const nonce = this.#random.bytes(KEY_NONCE_SIZE)
    const signature = sign('sha256', keyRequestText(serialNumber, nonce, context), {
      key: this.#privateKey(transport.privateKey),
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    })
    this.#nonce = nonce
    return { status: STATUS.ok, body: Buffer.concat([nonce, signature]) }
  }

  /** The key of a package that is for this pad and this request, from a sender whom the pad's root certifies. */
  open(bytes: Uint8Array): TransportedKey | DeviceReply {
    const { transport, serialNumber } = this.#memory.content
    if (transport === undefined) return NOT_CERTIFIED
    const nonce = this.#nonce
    this.#nonce = undefined
    const opened = decodeKeyPackage(bytes)
    if (opened === undefined) return { status: STATUS.badPayload }
    const { content, signed, signature } = opened
    if (nonce === undefined || !equalBytes(nonce, content.nonce) || content.serialNumber !== serialNumber)
      return UNTRUSTED
    const sender = checkCertificateChain({
      certificates: content.certificates,
      roots: [Buffer.from(transport.root, 'base64')],
      nowMs: this.#nowMs(),
      purpose: CERTIFICATE_PURPOSE.keySender,
    })
    if (!sender.ok) return UNTRUSTED
    const key = { key: sender.value.publicKey, dsaEncoding: 'ieee-p1363' } as const
    if (!verify('sha256', signed, key, signature)) return UNTRUSTED
    return this.#decrypt(transport.privateKey, content)
  }

  #decrypt(privateKey: string, content: KeyPackage): TransportedKey | DeviceReply {
    let plaintext: Uint8Array
    try {
      plaintext = privateDecrypt(
        {
          key: this.#privateKey(privateKey),
          padding: constants.RSA_PKCS1_OAEP_PADDING,
          oaepHash: 'sha256',
          oaepLabel: keyLabel(content),
        },
        content.cryptogram,
      )
    } catch {
      return { status: STATUS.keyBlockBad }
    }
    const read = readKeyPlaintext(plaintext)
    if (read === undefined || read.algorithm !== content.algorithm) return { status: STATUS.keyBlockBad }
    if (!equalBytes(keyCheckValue(read.algorithm, read.key), content.checkValue))
      return { status: STATUS.checkValueWrong, body: Uint8Array.of(0) }
    return read
  }

  #privateKey(text: string): KeyObject {
    if (this.#key?.text !== text) this.#key = { text, key: transportKeyOf(text) }
    return this.#key.key
  }

  /** The pad's clock has no zone; certificates last years. */
  #nowMs(): number {
    const { year, month, day, hour, minute, second } = this.#clock.localTime()
    return Date.UTC(year, month - 1, day, hour, minute, second)
  }
}
