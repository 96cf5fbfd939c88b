import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/base/bytes.ts'
import { constantTimeEqualHex } from '../../src/crypto/hash.ts'

describe('comparison with hexadecimal text', () => {
  it('knows each byte by its digits', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    expect(constantTimeEqualHex(all, toHex(all))).toBe(true)
  })

  it('takes no other digit, no other case and no other size', () => {
    const mac = Uint8Array.of(0x09, 0xaf, 0x90)
    for (const text of ['09AF91', '19AF90', '09aF90', '09AE90', '09AF9', '09AF9000', '', '09AF9 ']) {
      expect(constantTimeEqualHex(mac, text)).toBe(false)
    }
    expect(constantTimeEqualHex(new Uint8Array(0), '')).toBe(true)
  })
})
