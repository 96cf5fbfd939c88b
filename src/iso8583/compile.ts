import { invariant } from '../base/invariant.ts'
import { MemorySlab } from '../base/memory-slab.ts'
import { err, ok, type Result } from '../base/result.ts'
import { LEFT_CODE, NIBBLE_OF_CODE, PACKED_OF_NUMBER, RIGHT_CODE } from './content-tables.ts'
import type { DecodeError, DecodeErrorKind, EncodeError, EncodeErrorKind } from './decode-error.ts'
import { decodeSource, indexSource, knownMasks } from './decode-source.ts'
import { type ContentReader, type ElementPlan, planElements } from './element-plan.ts'
import { encodeSource } from './encode-source.ts'
import type { Message } from './message.ts'
import { READ_TOOLS, READ_VARIABLES, readSource } from './read-source.ts'
import type { MessageSpec } from './spec.ts'
import { WRITE_TABLES } from './write-source.ts'

/** What a spec is compiled to. One object may be used for any number of messages, one at a time. */
export interface Codec {
  readonly spec: MessageSpec
  /** Why the last `encodeInto` answered -1. */
  readonly lastError: EncodeError | undefined
  /** New memory of exactly the message's size, from the message type to the last field. */
  encode(message: Message): Result<Uint8Array, EncodeError>
  /**
   * Writes at `offset` and answers the offset after the message, or -1 (`lastError`; the target is then
   * unspecified). For the hot path: unlike `encode` it does not look for fields that the dialect lacks.
   */
  encodeInto(message: Message, target: Uint8Array, offset: number): number
  /**
   * All fields of the message in `bytes` from `start` (default 0) to `end` (default all). The values share no
   * memory with `bytes`; those of bytes share a `buffer` with others. Never throws; allocates no more than the message
   * holds.
   */
  decode(bytes: Uint8Array, start?: number, end?: number): Result<Message, DecodeError>
  /** A view to index many messages with, one after the other. */
  createView(): MessageView
}

/** Lazy reads of one message. It looks into the bytes given to `index`: they must stay until the last read. */
export interface MessageView {
  /** Walks the bitmap and checks every length; false leaves the reason in `error`. */
  index(bytes: Uint8Array, start: number, end: number): boolean
  readonly error: DecodeError | undefined
  /** Four digits. */
  readonly mti: string
  has(bit: number): boolean
  /** Text of a field that is not `b`; undefined when absent or when its content is not what it may be. */
  text(bit: number): string | undefined
  /** A view of the content bytes as they are on the wire (packed digits, hexadecimal characters …). */
  bytes(bit: number): Uint8Array | undefined
  /** Value of a `b` field, in new memory. */
  value(bit: number): Uint8Array | undefined
  /** Offset of the content in `bytes`, -1 when absent. */
  offsetOf(bit: number): number
  /** Count of digits, characters or bytes, -1 when absent. */
  sizeOf(bit: number): number
}

/**
 * Compiles a table to straight-line code.
 *
 * @throws {InvariantError} if the table itself is wrong: a spec is source code; files are checked by their loader.
 */
export function compileSpec(spec: MessageSpec): Codec {
  const plans = planElements(spec)
  const failure = new DecodeFailure()
  const decode = build<(b: Uint8Array, start: number, end: number) => Message | undefined>(
    'compiledDecode',
    ['b', 'start', 'end'],
    decodeSource(spec, plans),
    { ...decodeTools(plans), fail: failure.fail, COPIES, SIZE_MAX: sizeMaxOf(plans) },
  )
  const encoder = new Encoder(spec, plans)
  let viewParts: ViewParts | undefined
  return {
    spec,
    get lastError() {
      return encoder.lastError
    },
    encode: (message) => encoder.encode(message),
    encodeInto: (message, target, offset) => encoder.encodeInto(message, target, offset),
    decode(bytes, start = 0, end = bytes.length) {
      const message = decode(bytes, start, end)
      return message === undefined ? err(failure.error as DecodeError) : ok(message)
    },
    createView() {
      viewParts ??= compileView(spec, plans)
      return new CompiledView(viewParts)
    },
  }
}

/** Copies of decoded messages, into which their fields of bytes are windows. */
const COPIES = new MemorySlab()

class DecodeFailure {
  error: DecodeError | undefined
  readonly fail = (kind: DecodeErrorKind, field: number, offset: number, size: number): undefined => {
    this.error = { kind, field, offset, size }
    return undefined
  }
}

class Encoder {
  lastError: EncodeError | undefined
  readonly #write: (m: Message, t: Uint8Array, at: number, end: number) => number
  readonly #known: ReadonlySet<number>
  readonly #scratch: Uint8Array

  constructor(spec: MessageSpec, plans: readonly ElementPlan[]) {
    this.#known = new Set(plans.map((plan) => plan.bit))
    const fail = (kind: EncodeErrorKind, field: number, size: number): number => {
      this.lastError = { kind, field, size }
      return -1
    }
    this.#write = build('compiledEncode', ['m', 't', 'at', 'end'], encodeSource(spec, plans), {
      ...WRITE_TABLES,
      PACKED_OF_NUMBER,
      fail,
      writeHexWords,
    })
    this.#scratch = new Uint8Array(sizeMaxOf(plans))
  }

  encode(message: Message): Result<Uint8Array, EncodeError> {
    for (const key in message.fields) {
      if (message.fields[key] !== undefined && !this.#known.has(Number(key))) {
        return err({ kind: 'unknownField', field: Number(key), size: 0 })
      }
    }
    const end = this.encodeInto(message, this.#scratch, 0)
    if (end >= 0) return ok(this.#scratch.slice(0, end))
    return err(this.lastError as EncodeError)
  }

  encodeInto(message: Message, target: Uint8Array, offset: number): number {
    return this.#write(message, target, offset, target.length)
  }
}

/** Bytes of the longest message of a dialect. */
function sizeMaxOf(plans: readonly ElementPlan[]): number {
  return plans.reduce((total, { element, prefixSize }) => {
    const size = element.length.kind === 'fixed' ? element.length.size : element.length.sizeMax
    return total + prefixSize + (element.content === 'hex' ? size * 2 : size + 1)
  }, 40)
}

/** What the source calls, by name. Nothing else is in reach of it. */
function build<T>(name: string, parameters: readonly string[], source: string, tools: object): T {
  const names = Object.keys(tools)
  const factory = new Function(
    ...names,
    `'use strict'; return function ${name}(${parameters.join(', ')}) {\n${source}\n}`,
  )
  return factory(...Object.values(tools)) as T
}

function decodeTools(plans: readonly ElementPlan[]): object {
  const masks = knownMasks(plans)
  const firstUnknown = (...words: readonly number[]): number => {
    for (const [index, word] of words.entries()) {
      const strange = word & ~((masks[index] ?? 0) | (index === 0 && masks[2] !== 0 ? 0x80000000 : 0))
      if (strange !== 0) return index * 32 + Math.clz32(strange) + 1
    }
    return 1
  }
  return { ...READ_TOOLS, hexWord, badHex, firstUnknown }
}

function hexWord(bytes: Uint8Array, at: number): number {
  let word = 0
  for (let index = 0; index < 8; index++)
    word = (word << 4) | ((NIBBLE_OF_CODE[bytes[at + index] as number] as number) & 15)
  return word
}

/** Whether the 16 characters of a bitmap are not all hexadecimal; `=` is none. */
function badHex(bytes: Uint8Array, at: number): boolean {
  for (let index = at; index < at + 16; index++) {
    if (bytes[index] === 61 || (NIBBLE_OF_CODE[bytes[index] as number] as number) > 15) return true
  }
  return false
}

function writeHexWords(target: Uint8Array, at: number, high: number, low: number): void {
  for (let index = 0; index < 8; index++) {
    const byte = ((index < 4 ? high : low) >>> (24 - (index & 3) * 8)) & 255
    target[at + index * 2] = LEFT_CODE[byte] as number
    target[at + index * 2 + 1] = RIGHT_CODE[byte] as number
  }
}

/** What all views of one spec share: a function for each field takes longer to make than thousands of messages to read. */
interface ViewParts {
  readonly index: (b: Uint8Array, start: number, end: number, view: CompiledView) => true | undefined
  /** Why the last message that `index` refused was refused. */
  readonly failure: DecodeFailure
  /** By bit number. */
  readonly plans: readonly (ElementPlan | undefined)[]
  /** By bit number. */
  readonly readers: readonly (ContentReader | undefined)[]
}

function compileView(spec: MessageSpec, plans: readonly ElementPlan[]): ViewParts {
  const failure = new DecodeFailure()
  const byBit = new Array<ElementPlan | undefined>(129).fill(undefined)
  for (const plan of plans) byBit[plan.bit] = plan
  return {
    index: build('compiledIndex', ['b', 'start', 'end', 'view'], indexSource(spec, plans), {
      ...decodeTools(plans),
      fail: failure.fail,
    }),
    failure,
    plans: byBit,
    readers: byBit.map((plan) => plan && readerOf(plan)),
  }
}

class CompiledView implements MessageView {
  mti = ''
  w1 = 0
  w2 = 0
  w3 = 0
  w4 = 0
  error: DecodeError | undefined
  readonly offsets: number[] = new Array<number>(129).fill(0)
  readonly sizes: number[] = new Array<number>(129).fill(0)
  readonly #parts: ViewParts
  readonly #readers: readonly (ContentReader | undefined)[]
  #bytes: Uint8Array = new Uint8Array(0)

  constructor(parts: ViewParts) {
    this.#parts = parts
    this.#readers = parts.readers
  }

  index(bytes: Uint8Array, start: number, end: number): boolean {
    invariant(start >= 0 && end <= bytes.length, 'view outside its bytes')
    this.#bytes = bytes
    const done = this.#parts.index(bytes, start, end, this) === true
    this.error = done ? undefined : this.#parts.failure.error
    if (!done) this.w1 = this.w2 = this.w3 = this.w4 = 0
    return done
  }

  has(bit: number): boolean {
    const word = bit <= 32 ? this.w1 : bit <= 64 ? this.w2 : bit <= 96 ? this.w3 : this.w4
    return bit > 1 && (word & (0x80000000 >>> ((bit - 1) & 31))) !== 0
  }

  text(bit: number): string | undefined {
    if (!this.has(bit)) return undefined
    const read = this.#readers[bit] as ContentReader
    const value = read(this.#bytes, this.offsets[bit] as number, this.sizes[bit] as number)
    return typeof value === 'string' ? value : undefined
  }

  value(bit: number): Uint8Array | undefined {
    if (!this.has(bit)) return undefined
    const read = this.#readers[bit] as ContentReader
    const value = read(this.#bytes, this.offsets[bit] as number, this.sizes[bit] as number)
    return typeof value === 'string' ? undefined : value
  }

  bytes(bit: number): Uint8Array | undefined {
    const plan = this.#parts.plans[bit]
    if (plan === undefined || !this.has(bit)) return undefined
    const at = this.offsets[bit] as number
    return this.#bytes.subarray(at, at + wireSize(plan, this.sizes[bit] as number))
  }

  offsetOf(bit: number): number {
    return this.has(bit) ? (this.offsets[bit] as number) : -1
  }

  sizeOf(bit: number): number {
    return this.has(bit) ? (this.sizes[bit] as number) : -1
  }
}

function readerOf(plan: ElementPlan): ContentReader {
  const { setup, value } = readSource(plan, 'size')
  return build<ContentReader>(
    'readField',
    ['b', 'at', 'size'],
    `let ${READ_VARIABLES}\n${setup}\nreturn ${value}`,
    READ_TOOLS,
  )
}

function wireSize({ element }: ElementPlan, size: number): number {
  if (element.content === 'hex') return size * 2
  if (!element.content.startsWith('bcd')) return size
  return element.attribute === 'xn' ? 1 + (size >> 1) : (size + 1) >> 1
}
