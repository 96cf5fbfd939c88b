import { concatBytes } from '../../src/base/bytes.ts'
import {
  COMPONENT_COUNT,
  COMPONENT_GROUP_SIZE,
  groupBytes,
  joinComponents,
} from '../../src/crypto/key-components.ts'

const GROUP_COUNT = 8

/**
 * The key components that people type, one after the other, eight groups of six digits each. Held while the pad has power
 * and until they are joined.
 */
export class ComponentEntry {
  readonly #components = new Map<number, Uint8Array>()
  #open: { readonly index: number; readonly groups: Uint8Array[]; digits: string } | undefined

  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** What the screen says: which component, which group, how many digits of it. Never a digit. */
  get progress(): { readonly index: number; readonly group: number; readonly digitCount: number } {
    const open = this.#open
    return { index: open?.index ?? 0, group: open?.groups.length ?? 0, digitCount: open?.digits.length ?? 0 }
  }

  /** The first one begins anew. False when those before it have not been entered. */
  begin(index: number): boolean {
    if (index === 0) this.#components.clear()
    if (index >= COMPONENT_COUNT || this.#components.size < index) return false
    this.#open = { index, groups: [], digits: '' }
    return true
  }

  type(digit: string): void {
    const open = this.#open
    if (open !== undefined && open.digits.length < COMPONENT_GROUP_SIZE) open.digits += digit
  }

  clearGroup(): void {
    if (this.#open !== undefined) this.#open.digits = ''
  }

  /** `wrong`: the group was mistyped and is entered again; the component once it is whole. */
  enter(): 'wrong' | 'next' | Uint8Array {
    const open = this.#open
    if (open === undefined) return 'wrong'
    const bytes = groupBytes(open.digits)
    open.digits = ''
    if (bytes === undefined) return 'wrong'
    open.groups.push(bytes)
    if (open.groups.length < GROUP_COUNT) return 'next'
    const component = concatBytes(open.groups)
    this.#components.set(open.index, component)
    this.#open = undefined
    return component
  }

  /** Ends what is being typed; what was entered before stays. */
  close(): void {
    this.#open = undefined
  }

  forget(): void {
    this.#open = undefined
    this.#components.clear()
  }

  /** The whole key; the components are forgotten. Undefined when one is missing. */
  join(): Uint8Array | undefined {
    const components = [...this.#components.values()]
    this.forget()
    return components.length === COMPONENT_COUNT ? joinComponents(components) : undefined
  }
}
