import { equalBytes, fromHex } from '../../base/bytes.ts'
import { InvariantError } from '../../base/invariant.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { type BlockCipher, createTdes } from '../../crypto/block-cipher.ts'
import { type KeyBlockError, unwrapKeyBlock } from '../../crypto/key-block.ts'
import { keyCheckValue } from '../../crypto/key-check-value.ts'
import { type PreparedMac, prepareMessageMac } from '../../crypto/mac.ts'
import { encodePinBlock } from '../../crypto/pin-block.ts'
import { encryptTrackWith } from '../../crypto/track-cipher.ts'
import { parseWorkingKeys, type WrappedKeyField } from '../../iso8583/subfields/field-62.ts'

const MAC_SIZE = 8

/** The PIN pad of a virtual terminal: its keys come in wrapped, are prepared once, and never go out. */
export class TillKeys {
  readonly #master: BlockCipher
  #pin: BlockCipher | undefined
  #track: BlockCipher | undefined
  #mac: PreparedMac | undefined

  private constructor(master: BlockCipher) {
    this.#master = master
  }

  /** `keyBlock`: TR-31, the terminal's TDES master key under `protectionKey` (hexadecimal). */
  static fromKeyBlock(protectionKey: string, keyBlock: string): Result<TillKeys, KeyBlockError> {
    const unwrapped = unwrapKeyBlock(fromHex(protectionKey), keyBlock)
    if (!unwrapped.ok) return err(unwrapped.error)
    const { header, key } = unwrapped.value
    if (header.algorithm !== 'T' || (key.length !== 16 && key.length !== 24))
      return err({ kind: 'badPayload' })
    return ok(new TillKeys(createTdes(key)))
  }

  /** Whether field 62 of a sign-in reply held keys that fit their check values; otherwise the old ones stay. */
  loadWorkingKeys(field62: Uint8Array): boolean {
    const parsed = parseWorkingKeys(field62)
    if (!parsed.ok || parsed.value.trackKey === undefined) return false
    const pin = this.#unwrap(parsed.value.pinKey)
    const mac = this.#unwrap(parsed.value.macKey)
    const track = this.#unwrap(parsed.value.trackKey)
    if (pin === undefined || mac === undefined || track === undefined) return false
    this.#pin = createTdes(pin)
    this.#track = createTdes(track)
    this.#mac = prepareMessageMac('unionpay-ecb', mac)
    return true
  }

  #unwrap({ cryptogram, checkValue }: WrappedKeyField): Uint8Array | undefined {
    const key = this.#master.decrypt(cryptogram).slice()
    return equalBytes(keyCheckValue('tdes', key, checkValue.length), checkValue) ? key : undefined
  }

  /** Puts the MAC into the last 8 bytes of the message from `start` to `end`. */
  seal(bytes: Uint8Array, start: number, end: number): void {
    bytes.set(this.#macOf(bytes, start, end - MAC_SIZE), end - MAC_SIZE)
  }

  /** Whether the 8 bytes at `macAt` are the MAC of all from `start` to there. */
  isSealed(bytes: Uint8Array, start: number, macAt: number): boolean {
    const mac = this.#macOf(bytes, start, macAt)
    return equalBytes(mac, bytes.subarray(macAt, macAt + MAC_SIZE))
  }

  #macOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
    return needed(this.#mac)(bytes.subarray(start, end))
  }

  /** Field 52. Source: ISO 9564-1, format 0. */
  pinBlock(pin: string, pan: string): Uint8Array {
    return needed(this.#pin).encrypt(encodePinBlock({ format: 0, pin, pan }))
  }

  /** Field 35, separator `D`. Source: UnionPay POS dialect, 10.4. */
  encryptTrack(digits: string): string {
    return encryptTrackWith(needed(this.#track), digits)
  }
}

function needed<T>(key: T | undefined): T {
  if (key === undefined) throw new InvariantError('a virtual terminal used a key before its sign-in')
  return key
}
