import { asciiToBytes, bytesToAscii, equalBytes } from '../../../src/base/bytes.ts'
import {
  type KeyBlockHeader,
  parseKeyBlockHeader,
  unwrapKeyBlock,
  wrapKeyBlock,
} from '../../../src/crypto/key-block.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { fixedRandom } from '../test-cards.ts'

const PROTECTION_KEYS = [16, 24, 32].map((size) =>
  Uint8Array.from({ length: size }, (_, index) => index * 11 + 1),
)
const HEADER: KeyBlockHeader = {
  version: 'D',
  usage: 'P0',
  algorithm: 'T',
  modeOfUse: 'E',
  keyVersion: '00',
  exportability: 'N',
  optional: [],
}

/** TR-31 blocks: no block but ours unwraps, and what unwraps is wrapped under the same header again. */
export const target: FuzzTarget = {
  sizeMax: 600,
  seeds: () =>
    (['B', 'D'] as const).flatMap((version) =>
      [[], [{ id: 'KS', data: '00604B120F9292800000' }]].map((optional) =>
        asciiToBytes(
          wrapKeyBlock({
            protectionKey: PROTECTION_KEYS[0] as Uint8Array,
            header: { ...HEADER, version, optional },
            key: new Uint8Array(16).fill(0x5c),
            random: fixedRandom(),
          }),
        ),
      ),
    ),
  run(input) {
    const text = bytesToAscii(input)
    const parsed = parseKeyBlockHeader(text)
    for (const key of PROTECTION_KEYS) {
      const unwrapped = unwrapKeyBlock(key, text)
      if (!unwrapped.ok) continue
      must(parsed.ok, 'unwrapped without a header')
      const { header, key: inner } = unwrapped.value
      const again = wrapKeyBlock({ protectionKey: key, header, key: inner, random: fixedRandom() })
      const back = unwrapKeyBlock(key, again)
      must(back.ok && equalBytes(back.value.key, inner), 'wrapping changes the key')
    }
    if (!parsed.ok) return
    const { header, headerSize } = parsed.value
    must(headerSize >= 16 && headerSize <= text.length, 'a header outside its block')
    must(
      header.optional.every(({ id }) => id.length === 2),
      'an optional block without its name',
    )
    if (header.optional.every(({ data }) => data.length <= 251))
      wrapKeyBlock({
        protectionKey: PROTECTION_KEYS[0] as Uint8Array,
        header,
        key: new Uint8Array(16),
        random: fixedRandom(),
      })
  },
  /** The block's own length. */
  repair(input) {
    const bytes = Uint8Array.from(input)
    if (bytes.length >= 5) bytes.set(asciiToBytes(String(bytes.length).padStart(4, '0')), 1)
    return bytes
  },
}
