import { concatBytes } from '../../src/base/bytes.ts'
import { PayloadReader } from './payload-reader.ts'
import { sized, sizedText, uint } from './payload-writer.ts'
import { utf8ToBytes } from './utf8.ts'

// Source of all payloads here: docs/peripheral-link.md 7.

export type KeySlotName = 'masterKey' | 'pinKey' | 'macKey' | 'trackKey'
export type WorkingKeyAlgorithm = 'tdes' | 'sm4'
export type LinkMacAlgorithm = 'unionpay-ecb' | 'x9.9' | 'x9.19' | 'aes-cmac' | 'sm4-ecb'

const SLOTS: readonly KeySlotName[] = ['masterKey', 'pinKey', 'macKey', 'trackKey']
const KEY_ALGORITHMS: readonly WorkingKeyAlgorithm[] = ['tdes', 'sm4']
const MAC_ALGORITHMS: readonly LinkMacAlgorithm[] = ['unionpay-ecb', 'x9.9', 'x9.19', 'aes-cmac', 'sm4-ecb']

/** Number of a key slot on the link, 0 to 3. */
export function slotNumber(slot: KeySlotName): number {
  return SLOTS.indexOf(slot)
}

export function slotName(number: number): KeySlotName | undefined {
  return SLOTS[number]
}

export interface LinkWorkingKey {
  readonly slot: KeySlotName
  /** Encrypted under the terminal master key. */
  readonly cryptogram: Uint8Array
  readonly checkValue: Uint8Array
}

export interface WorkingKeysRequest {
  readonly algorithm: WorkingKeyAlgorithm
  readonly keys: readonly LinkWorkingKey[]
}

export function encodeWorkingKeys({ algorithm, keys }: WorkingKeysRequest): Uint8Array {
  return concatBytes([
    uint(KEY_ALGORITHMS.indexOf(algorithm), 1),
    uint(keys.length, 1),
    ...keys.map(({ slot, cryptogram, checkValue }) =>
      concatBytes([uint(slotNumber(slot), 1), sized(cryptogram), sized(checkValue)]),
    ),
  ])
}

export function decodeWorkingKeys(payload: Uint8Array): WorkingKeysRequest | undefined {
  const reader = new PayloadReader(payload)
  const algorithm = KEY_ALGORITHMS[reader.u8()]
  const count = reader.u8()
  const keys: LinkWorkingKey[] = []
  // One key for each slot but the master key's.
  if (count >= SLOTS.length) return undefined
  for (let index = 0; index < count; index++) {
    const slot = slotName(reader.u8())
    const cryptogram = reader.sized()
    const checkValue = reader.sized()
    if (slot === undefined || slot === 'masterKey') return undefined
    keys.push({ slot, cryptogram, checkValue })
  }
  if (!reader.isComplete || algorithm === undefined) return undefined
  return { algorithm, keys }
}

export interface EnterPinRequest {
  readonly lengthMin: number
  readonly lengthMax: number
  /** The pad gives up then, in case the terminal is gone. */
  readonly timeoutMs: number
  /** Undefined: no card number, the PAN part of the block is zeros. */
  readonly pan: string | undefined
  /** Shown on the pad; UTF-8 on the line. */
  readonly amountText: string | undefined
}

export function encodeEnterPin(request: EnterPinRequest): Uint8Array {
  return concatBytes([
    uint(request.lengthMin, 1),
    uint(request.lengthMax, 1),
    uint(request.timeoutMs, 4),
    sizedText(request.pan ?? ''),
    sized(utf8ToBytes(request.amountText ?? '').subarray(0, 255)),
  ])
}

export function decodeEnterPin(
  payload: Uint8Array,
): (Omit<EnterPinRequest, 'amountText'> & { readonly amountUtf8: Uint8Array }) | undefined {
  const reader = new PayloadReader(payload)
  const lengthMin = reader.u8()
  const lengthMax = reader.u8()
  const timeoutMs = reader.u32()
  const pan = reader.sizedText()
  const amountUtf8 = reader.sized()
  if (!reader.isComplete || lengthMin > lengthMax || lengthMax > 12 || !/^(\d{13,19})?$/.test(pan))
    return undefined
  return { lengthMin, lengthMax, timeoutMs, pan: pan === '' ? undefined : pan, amountUtf8 }
}

export type PinResultEvent =
  /** 8 bytes, or 16 with an SM4 key. */
  | { readonly kind: 'entered'; readonly pinBlock: Uint8Array }
  | { readonly kind: 'bypassed' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'keyMissing' }

const PIN_RESULTS = ['entered', 'bypassed', 'cancelled', 'timeout', 'keyMissing'] as const

export function encodePinResult(event: PinResultEvent): Uint8Array {
  const kind = uint(PIN_RESULTS.indexOf(event.kind), 1)
  return event.kind === 'entered' ? concatBytes([kind, event.pinBlock]) : kind
}

export function decodePinResult(payload: Uint8Array): PinResultEvent | undefined {
  const kind = PIN_RESULTS[payload[0] ?? -1]
  const pinBlock = payload.slice(1)
  if (kind === 'entered')
    return pinBlock.length === 8 || pinBlock.length === 16 ? { kind, pinBlock } : undefined
  return kind === undefined || payload.length !== 1 ? undefined : { kind }
}

export interface MacRequest {
  readonly algorithm: LinkMacAlgorithm
  /** More data follow in the next command; the reply to this one has no MAC. */
  readonly hasMore: boolean
  readonly data: Uint8Array
}

/** Data of one MAC command at most. */
export const MAC_PART_SIZE_MAX = 1000
/** Data of one MAC at most, over all its commands. */
export const MAC_DATA_SIZE_MAX = 8192

/** Data of one PROTECT at most: what the pad makes of them must fit its reply. */
export const PROTECT_SIZE_MAX = 900

export function encodeMac({ algorithm, hasMore, data }: MacRequest): Uint8Array {
  return concatBytes([uint(MAC_ALGORITHMS.indexOf(algorithm), 1), uint(hasMore ? 1 : 0, 1), data])
}

export function decodeMac(payload: Uint8Array): MacRequest | undefined {
  const reader = new PayloadReader(payload)
  const algorithm = MAC_ALGORITHMS[reader.u8()]
  const more = reader.u8()
  const data = reader.rest()
  if (!reader.isComplete || algorithm === undefined || more > 1) return undefined
  return { algorithm, hasMore: more === 1, data }
}

/** Lines of the pad's screen, at most four. */
export function encodeShow(lines: readonly string[]): Uint8Array {
  return concatBytes(lines.slice(0, 4).map((line) => sized(utf8ToBytes(line).subarray(0, 60))))
}

/** The lines in UTF-8. */
export function decodeShow(payload: Uint8Array): readonly Uint8Array[] | undefined {
  const lines: Uint8Array[] = []
  let rest = payload
  while (rest.length > 0) {
    const reader = new PayloadReader(rest)
    lines.push(reader.sized())
    const after = reader.rest()
    if (!reader.isComplete || lines.length > 4) return undefined
    rest = after
  }
  return lines
}
