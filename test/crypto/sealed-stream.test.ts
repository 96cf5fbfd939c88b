import { describe, expect, test } from 'vitest'
import { OpeningStream, SealedStreamError, SealingStream } from '../../src/crypto/sealed-stream.ts'

const PASSPHRASE = 'correct horse battery'
const MIB = 1024 * 1024
/** scrypt's N that these tests can bear, as a power of two: they seal and open a hundred times. */
const QUICK = 4

function seal(content: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = []
  const stream = new SealingStream(PASSPHRASE, (bytes) => parts.push(bytes.slice()), QUICK)
  // Odd pieces, so that chunks and pieces never meet.
  for (let start = 0; start < content.length; start += 77_777)
    stream.write(content.subarray(start, start + 77_777))
  stream.finish()
  return Uint8Array.from(Buffer.concat(parts))
}

function open(sealed: Uint8Array, size: number, passphrase = PASSPHRASE): Uint8Array {
  let position = 0
  const stream = new OpeningStream(passphrase, (wanted) => {
    const part = sealed.subarray(position, position + wanted)
    position += part.length
    return part
  })
  const content = stream.read(size)
  stream.finish()
  return content
}

function kindOf(work: () => unknown): string {
  try {
    work()
    return 'no error'
  } catch (error) {
    return error instanceof SealedStreamError ? error.kind : String(error)
  }
}

describe('a sealed stream', () => {
  test('costs whoever guesses its passphrase 32 MiB a try, where nobody asks for less', () => {
    const parts: Uint8Array[] = []
    new SealingStream(PASSPHRASE, (bytes) => parts.push(bytes.slice())).finish()
    const sealed = Buffer.concat(parts)
    expect([...sealed.subarray(16, 20)], 'version, N as a power of two, r, p').toEqual([1, 15, 8, 1])
    expect(open(sealed, 0)).toHaveLength(0)
    expect(kindOf(() => open(sealed, 0, 'another passphrase'))).toBe('wrongPassphrase')
  })
  test('gives back what was put in, whatever its size', () => {
    for (const size of [0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB]) {
      const content = Uint8Array.from({ length: size }, (_, index) => (index * 31) & 255)
      expect(Buffer.from(open(seal(content), size)).equals(Buffer.from(content)), `${size} bytes`).toBe(true)
    }
  })
  test('shows nothing of its content, and another salt each time', () => {
    const content = new TextEncoder().encode('a local master key')
    const [first, second] = [seal(content), seal(content)]
    expect(Buffer.from(first).includes(Buffer.from(content))).toBe(false)
    expect(Buffer.from(first).equals(Buffer.from(second))).toBe(false)
  })
  test('tells a wrong passphrase from damage, and a newer form from both', () => {
    const sealed = seal(new Uint8Array(100))
    expect(kindOf(() => open(sealed, 100, 'another passphrase'))).toBe('wrongPassphrase')
    const newer = Uint8Array.from(sealed)
    newer[16] = 2
    expect(kindOf(() => open(newer, 100))).toBe('newer')
    expect(kindOf(() => open(new Uint8Array(200), 100))).toBe('notSealed')
    expect(kindOf(() => open(Buffer.concat([sealed, Uint8Array.of(0)]), 100))).toBe('damaged')
  })
  test('is refused when any byte of a chunk was changed, and wherever it was cut off', () => {
    const sealed = seal(new Uint8Array(40).fill(7))
    const head = sealed.length - 40 - 16 - 4
    for (let index = head; index < sealed.length; index += 3) {
      const changed = Uint8Array.from(sealed)
      changed[index] = (changed[index] ?? 0) ^ 1
      expect(['damaged', 'truncated'], `byte ${index}`).toContain(kindOf(() => open(changed, 40)))
    }
    for (let size = head; size < sealed.length; size += 5)
      expect(
        kindOf(() => open(sealed.subarray(0, size), 40)),
        `${size} bytes`,
      ).toBe('truncated')
  })
  test('is refused when whole chunks at its end are gone or stand in another order', () => {
    const content = new Uint8Array(2 * MIB + 5)
    const sealed = seal(content)
    const head = sealed.length - content.length - 3 * 20
    const chunk = MIB + 20
    expect(kindOf(() => open(sealed.subarray(0, head + 2 * chunk), 2 * MIB))).toBe('truncated')
    const swapped = Buffer.concat([
      sealed.subarray(0, head),
      sealed.subarray(head + chunk, head + 2 * chunk),
      sealed.subarray(head, head + chunk),
      sealed.subarray(head + 2 * chunk),
    ])
    expect(kindOf(() => open(swapped, content.length))).toBe('damaged')
  })
})
