import { xorBytes } from '../base/bytes.ts'
import { invariant } from '../base/invariant.ts'

/**
 * A key component as people carry it: two bytes at a time as five decimal digits and a check digit, so that a pad with
 * ten keys takes it and a slip of the finger shows at once.
 */
export const COMPONENT_GROUP_SIZE = 6
export const COMPONENT_COUNT = 3

/** Groups of six digits, eight for 16 bytes. */
export function componentGroups(component: Uint8Array): readonly string[] {
  invariant(component.length % 2 === 0, 'a key component has whole groups of two bytes')
  return Array.from({ length: component.length / 2 }, (_, index) => {
    const word = ((component[2 * index] ?? 0) << 8) | (component[2 * index + 1] ?? 0)
    const digits = String(word).padStart(5, '0')
    return digits + luhnDigit(digits)
  })
}

/** The two bytes of a group; undefined for one that was mistyped. */
export function groupBytes(group: string): Uint8Array | undefined {
  if (!/^\d{6}$/.test(group)) return undefined
  const word = Number(group.slice(0, 5))
  if (word > 0xffff || luhnDigit(group.slice(0, 5)) !== group[5]) return undefined
  return Uint8Array.of(word >> 8, word & 0xff)
}

/** The key of its components, by exclusive or. Source: ISO 11568-2, 4.5. */
export function joinComponents(components: readonly Uint8Array[]): Uint8Array {
  const [first, ...others] = components
  invariant(first !== undefined && others.length > 0, 'a key has two components or more')
  return others.reduce(xorBytes, first)
}

/** Finds each wrong digit and nearly each swap of neighbours. Source: ISO/IEC 7812-1, annex B. */
function luhnDigit(digits: string): string {
  let sum = 0
  for (const [index, character] of [...digits].reverse().entries()) {
    const value = Number(character) * (index % 2 === 0 ? 2 : 1)
    sum += value > 9 ? value - 9 : value
  }
  return String((10 - (sum % 10)) % 10)
}
