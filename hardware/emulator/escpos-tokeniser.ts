/** One unit of a printer's input. */
export type EscposToken =
  /** One, two or four bytes. */
  | { readonly kind: 'character'; readonly bytes: Uint8Array }
  /** A byte below 20 that starts no command. */
  | { readonly kind: 'control'; readonly code: number }
  | EscposCommand

export interface EscposCommand {
  readonly kind: 'command'
  /** Prefix and code, as in `ESC d`. */
  readonly name: string
  readonly parameters: readonly number[]
  /** What follows the parameters by their count; at most 64 KiB are kept, the rest is passed over. */
  readonly data: Uint8Array
}

interface Shape {
  /** Bytes after the code; may depend on those that are there. */
  readonly parameters: number | ((head: readonly number[]) => number)
  /** Bytes after the parameters; `nul`: up to a zero byte. */
  readonly data?: (parameters: readonly number[]) => number | 'nul'
}

const word = (low = 0, high = 0): number => low + high * 256

/** ( and its relatives: function, then a count of two bytes. */
const COUNTED: Shape = { parameters: 3, data: ([, low, high]) => word(low, high) }
const NUL_ENDED: Shape = { parameters: 0, data: () => 'nul' }

/** Commands by prefix and code. A command that is not here is taken as two bytes without meaning. */
const SHAPES: { readonly [name: string]: Shape } = {
  ...shapes('ESC', 0, '@ 2 L S i m < v'),
  ...shapes('ESC', 1, 'd J K e ! E G - a M 3 { V t R SP = % ? T U r u'),
  ...shapes('ESC', 2, '$ \\ c'),
  ...shapes('ESC', 3, 'p'),
  ...shapes('ESC', 8, 'W'),
  'ESC *': { parameters: 3, data: ([mode = 0, low, high]) => word(low, high) * (mode >= 32 ? 3 : 1) },
  'ESC D': NUL_ENDED,
  'ESC (': COUNTED,
  ...shapes('FS', 0, '& .'),
  ...shapes('FS', 1, '! - W'),
  ...shapes('FS', 2, 'C S p ?'),
  'FS 2': { parameters: 2, data: () => 72 },
  'FS (': COUNTED,
  ...shapes('GS', 0, ': c'),
  ...shapes('GS', 1, '! B h w H f r a I b T / j E'),
  ...shapes('GS', 2, 'L W P $ \\'),
  ...shapes('GS', 3, '^'),
  'GS V': { parameters: ([mode = 0]) => (mode >= 65 ? 2 : 1) },
  'GS k': {
    parameters: ([system = 0]) => (system >= 65 ? 2 : 1),
    data: ([, count]) => count ?? 'nul',
  },
  'GS v': { parameters: 6, data: ([, , xl, xh, yl, yh]) => word(xl, xh) * word(yl, yh) },
  'GS (': COUNTED,
  'GS 8': {
    parameters: 5,
    data: ([, a, b, c, d]) => word(a, b) + word(c, d) * 65536,
  },
  'GS *': { parameters: 2, data: ([x = 0, y = 0]) => x * y * 8 },
  'DLE EOT': { parameters: ([kind = 0]) => (kind >= 7 ? 2 : 1) },
  'DLE ENQ': { parameters: 1 },
  'DLE DC4': { parameters: ([code = 0]) => (code === 8 ? 8 : 3) },
}

function shapes(prefix: string, parameters: number, codes: string): { readonly [name: string]: Shape } {
  return Object.fromEntries(codes.split(' ').map((code) => [`${prefix} ${code}`, { parameters }]))
}

interface KnownCommand {
  readonly name: string
  readonly shape: Shape
}

/** Commands by their first two bytes. */
const PREFIXES: ReadonlyMap<number, readonly (KnownCommand | undefined)[]> = new Map([
  [0x10, knownCommands('DLE')],
  [0x1b, knownCommands('ESC')],
  [0x1c, knownCommands('FS')],
  [0x1d, knownCommands('GS')],
])

function knownCommands(prefix: string): readonly (KnownCommand | undefined)[] {
  const codeNames: { readonly [code: number]: string } = { 4: 'EOT', 5: 'ENQ', 20: 'DC4', 32: 'SP' }
  return Array.from({ length: 256 }, (_, code) => {
    const name = `${prefix} ${codeNames[code] ?? String.fromCharCode(code)}`
    const shape = SHAPES[name]
    return shape && { name, shape }
  })
}

/** Most bytes of one command's data that are kept. */
const DATA_MAX = 65_536
/** Data without a count that get longer than this are no data. */
const NUL_DATA_MAX = 255
const NO_DATA = new Uint8Array(0)
const NOTHING: readonly EscposToken[] = []

/** The token of each byte that is one by itself. */
const SINGLE_BYTES: readonly (readonly EscposToken[])[] = Array.from({ length: 256 }, (_, byte) => [
  byte < 0x20 ? { kind: 'control', code: byte } : { kind: 'character', bytes: Uint8Array.of(byte) },
])

/** Tokens of characters of two bytes, each made once; there are at most 24 066. */
const DOUBLE_BYTES = new Map<number, readonly EscposToken[]>()

interface DataState {
  readonly name: string
  readonly parameters: readonly number[]
  /** Bytes still to come; undefined: up to a zero byte. */
  left: number | undefined
  readonly kept: Uint8Array
  size: number
}

/** Prefix, code and parameters of the longest command. */
const HEAD_SIZE_MAX = 10

/** Cuts a printer's input into commands and characters, one byte at a time. Never throws, never grows. */
export class EscposTokeniser {
  /** Bytes of the unit that has begun, prefix included. Kept from unit to unit: they are many. */
  readonly #head = new Uint8Array(HEAD_SIZE_MAX)
  #headSize = 0
  /** Those of the prefix that began the unit; undefined when it is a character. */
  #commands: readonly (KnownCommand | undefined)[] | undefined
  #data: DataState | undefined
  #isKanji = true

  /** Forgets a unit that has begun. */
  reset(): void {
    this.#headSize = 0
    this.#data = undefined
    this.#isKanji = true
  }

  /** The units that `byte` completes: none, one, or two when it ends a broken character. */
  push(byte: number): readonly EscposToken[] {
    if (this.#data !== undefined) return this.#pushData(this.#data, byte)
    if (this.#headSize === 0) return this.#begin(byte)
    this.#head[this.#headSize++] = byte
    return this.#commands === undefined ? this.#pushCharacter(byte) : this.#pushCommand(this.#commands)
  }

  #begin(byte: number): readonly EscposToken[] {
    this.#commands = byte < 0x20 ? PREFIXES.get(byte) : undefined
    if (this.#commands !== undefined || (this.#isKanji && isLead(byte))) {
      this.#head[0] = byte
      this.#headSize = 1
      return NOTHING
    }
    return SINGLE_BYTES[byte] ?? NOTHING
  }

  /** GB18030: a lead byte and a trail byte, or digit, lead, digit. A broken one vanishes up to the next byte. */
  #pushCharacter(last: number): readonly EscposToken[] {
    const size = this.#headSize
    if (size === 2 && isTrail(last)) return this.#endCharacter()
    if (size === 4 && isDigit(last)) return this.#endCharacter()
    if (size === 3 ? isLead(last) : size === 2 && isDigit(last)) return NOTHING
    const rest = [...this.#head.subarray(1, size)]
    this.#headSize = 0
    return rest.flatMap((byte) => this.push(byte))
  }

  #endCharacter(): readonly EscposToken[] {
    const isDouble = this.#headSize === 2
    const code = (this.#head[0] ?? 0) * 256 + (this.#head[1] ?? 0)
    const known = isDouble ? DOUBLE_BYTES.get(code) : undefined
    const token = known ?? [{ kind: 'character', bytes: this.#head.slice(0, this.#headSize) }]
    if (known === undefined && isDouble) DOUBLE_BYTES.set(code, token)
    this.#headSize = 0
    return token
  }

  #pushCommand(commands: readonly (KnownCommand | undefined)[]): readonly EscposToken[] {
    const known = commands[this.#head[1] ?? 0]
    if (known === undefined) {
      this.#headSize = 0
      return NOTHING
    }
    const { name, shape } = known
    const count = this.#headSize - 2
    if (typeof shape.parameters === 'number' && count < shape.parameters) return NOTHING
    const parameters: number[] = []
    for (let index = 2; index < this.#headSize; index++) parameters.push(this.#head[index] ?? 0)
    if (count < parameterCount(shape, parameters)) return NOTHING
    this.#headSize = 0
    const size = shape.data?.(parameters) ?? 0
    if (size === 0) return [this.#command(name, parameters, NO_DATA)]
    const isOpen = size === 'nul'
    const kept = new Uint8Array(isOpen ? NUL_DATA_MAX : Math.min(size, DATA_MAX))
    this.#data = { name, parameters, left: isOpen ? undefined : size, kept, size: 0 }
    return NOTHING
  }

  #pushData(data: DataState, byte: number): readonly EscposToken[] {
    const isEnd = data.left === undefined ? byte === 0 || data.size === NUL_DATA_MAX : data.left === 1
    const belongs = data.left !== undefined || byte !== 0
    if (belongs && data.size < data.kept.length) data.kept[data.size++] = byte
    if (data.left !== undefined) data.left--
    if (!isEnd) return NOTHING
    this.#data = undefined
    return [this.#command(data.name, data.parameters, data.kept.subarray(0, data.size))]
  }

  #command(name: string, parameters: readonly number[], data: Uint8Array): EscposCommand {
    if (name === 'ESC @' || name === 'FS &') this.#isKanji = true
    if (name === 'FS .') this.#isKanji = false
    return { kind: 'command', name, parameters, data }
  }
}

/** A count that depends on the first parameter is not known before it is there. */
function parameterCount({ parameters }: Shape, known: readonly number[]): number {
  if (typeof parameters === 'number') return parameters
  return known.length === 0 ? 1 : parameters(known)
}

function isLead(byte: number): boolean {
  return byte >= 0x81 && byte <= 0xfe
}

function isTrail(byte: number): boolean {
  return byte >= 0x40 && byte <= 0xfe && byte !== 0x7f
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}
