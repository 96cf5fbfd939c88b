import type { ElementPlan } from './element-plan.ts'
import { messageTypeReading, READ_VARIABLES, readSource } from './read-source.ts'
import type { MessageSpec } from './spec.ts'

// Source text of the compiled functions that read. Only bit numbers, sizes and function names of our own go into it.
// Arguments of all: `b` bytes, `start` of the message type, `end` after the last byte; `at` is where we are.

/** Reads the message type into `mti` and the bitmaps into `w1` to `w4`, and refuses bits without a row. */
export function headSource(spec: MessageSpec, plans: readonly ElementPlan[]): string {
  const mtiSize = spec.mti === 'bcd' ? 2 : 4
  const mapSize = spec.bitmap === 'binary' ? 8 : 16
  const mti = spec.mti === 'bcd' ? messageTypeReading() : { setup: '', value: 'readDigitText(b, at, 4)' }
  const [m1 = 0, m2 = 0, m3 = 0, m4 = 0] = knownMasks(plans)
  const secondary =
    spec.bits === 128
      ? `if (w1 < 0) {
  if (end - at < ${mapSize}) return fail('truncated', 1, at - start, 0)
  w3 = ${wordSource(spec, 0)}; w4 = ${wordSource(spec, 1)}
  ${spec.bitmap === 'hex' ? "if (badHex(b, at)) return fail('badCharacter', 1, at - start, 0)" : ''}
  at += ${mapSize}
}`
      : ''
  return `let at = start, n = 0, w3 = 0, w4 = 0, ${READ_VARIABLES}
if (end - at < ${mtiSize}) return fail('truncated', 0, 0, 0)
${mti.setup}
const mti = ${mti.value}
if (mti === undefined) return fail('badDigit', 0, 0, 0)
at += ${mtiSize}
if (end - at < ${mapSize}) return fail('truncated', 1, at - start, 0)
${spec.bitmap === 'hex' ? "if (badHex(b, at)) return fail('badCharacter', 1, at - start, 0)" : ''}
const w1 = ${wordSource(spec, 0)}, w2 = ${wordSource(spec, 1)}
at += ${mapSize}
${secondary}
if ((w1 & ${~(spec.bits === 128 ? m1 | 0x80000000 : m1)}) !== 0 || (w2 & ${~m2}) !== 0 || (w3 & ${~m3}) !== 0 || (w4 & ${~m4}) !== 0)
  return fail('unknownField', firstUnknown(w1, w2, w3, w4), at - start, 0)
`
}

function wordSource(spec: MessageSpec, word: 0 | 1): string {
  if (spec.bitmap === 'hex') return `hexWord(b, at + ${word * 8})`
  const from = word * 4
  return `((b[at + ${from}] << 24) | (b[at + ${from + 1}] << 16) | (b[at + ${from + 2}] << 8) | b[at + ${from + 3}])`
}

/** For each of the four words, the bits that have a row. */
export function knownMasks(plans: readonly ElementPlan[]): readonly number[] {
  const masks = [0, 0, 0, 0]
  for (const { bit } of plans) {
    const word = (bit - 1) >> 5
    masks[word] = (masks[word] ?? 0) | (0x80000000 >>> ((bit - 1) & 31))
  }
  return masks
}

/** `if (bit is set) {`. */
function whenPresent(bit: number): string {
  return `if ((w${((bit - 1) >> 5) + 1} & ${(0x80000000 >>> ((bit - 1) & 31)) | 0}) !== 0) {`
}

/** Checks the length of one element; afterwards `at` is its first content byte and the size is known. */
function sizeSource(plan: ElementPlan): { readonly source: string; readonly size: string } {
  const { bit, element, prefixSize } = plan
  if (element.length.kind === 'fixed') {
    const size = String(element.length.size)
    return {
      source: `if (at + ${plan.width(size)} > end) return fail('truncated', ${bit}, at - start, 0)`,
      size,
    }
  }
  return {
    source: `if (at + ${prefixSize} > end) return fail('truncated', ${bit}, at - start, 0)
${prefixSource(plan)}
if (n > ${element.length.sizeMax}) return fail('lengthExceeded', ${bit}, at - start, n)
at += ${prefixSize}
if (at + ${plan.width('n')} > end) return fail('truncated', ${bit}, at - start, 0)`,
    size: 'n',
  }
}

function prefixSource({ bit, element, prefixSize }: ElementPlan): string {
  if (element.length.kind === 'fixed') return ''
  const bytes = Array.from({ length: prefixSize }, (_, index) => `x${index}`)
  const loads = bytes.map((byte, index) => `${byte} = b[at + ${index}]`).join('; ')
  const bad = `return fail('badDigit', ${bit}, at - start, 0)`
  switch (element.length.prefix) {
    case 'binary':
      return `${loads}\nn = ${bytes.map((byte, index) => `${byte} * ${256 ** (prefixSize - 1 - index)}`).join(' + ')}`
    case 'bcd': {
      const checks = bytes.map((byte) => `IS_DIGIT_BYTE[${byte}] === 0`).join(' || ')
      const terms = bytes.map(
        (byte, index) => `((${byte} >> 4) * 10 + (${byte} & 15)) * ${100 ** (prefixSize - 1 - index)}`,
      )
      return `${loads}\nif (${checks}) ${bad}\nn = ${terms.join(' + ')}`
    }
    case 'ascii': {
      const checks = bytes.map((byte) => `${byte} < 48 || ${byte} > 57`).join(' || ')
      const terms = bytes.map((byte, index) => `(${byte} - 48) * ${10 ** (prefixSize - 1 - index)}`)
      return `${loads}\nif (${checks}) ${bad}\nn = ${terms.join(' + ')}`
    }
  }
}

const TRAILING = "if (at !== end) return fail('trailingBytes', 0, at - start, end - at)"

/**
 * A literal with a slot for each bit. Without it the object would grow its elements store by store, or fall into a
 * dictionary, at several times the cost of the whole decode.
 */
function fieldsSource(spec: MessageSpec): string {
  return spec.bits === 128 ? `w1 < 0 ? ${slotsSource(128)} : ${slotsSource(64)}` : slotsSource(64)
}

/**
 * Slots from 2 to `last` in an order that leaves no room behind them. V8 gives an object that has to grow for a key room
 * for half as many keys again and 16: first the keys that fit into its first room, then the least key whose room
 * reaches `last`, then the others. Room without slots would be no quicker here, and dearer for who asks for all fields.
 */
function slotsSource(last: number): string {
  const roomFor = (key: number): number => key + 1 + ((key + 1) >> 1) + 16
  const bits = Array.from({ length: last - 1 }, (_, index) => index + 2)
  const firstRoom = roomFor(2)
  const grower = bits.find((bit) => bit >= firstRoom && roomFor(bit) > last)
  const order = [
    ...bits.filter((bit) => bit < firstRoom),
    grower,
    ...bits.filter((bit) => bit >= firstRoom && bit !== grower),
  ]
  return `{ ${order.flatMap((bit) => (bit === undefined ? [] : [`${bit}: undefined`])).join(', ')} }`
}

/** Body of `decode(b, start, end)`: the message, or what `fail` answers. */
export function decodeSource(spec: MessageSpec, plans: readonly ElementPlan[]): string {
  const fields = plans.map((plan) => {
    const { source, size } = sizeSource(plan)
    return `${whenPresent(plan.bit)}
${source}
${valueSource(plan, size)}
f[${plan.bit}] = v
at += ${plan.width(size)}
}`
  })
  return `${headSource(spec, plans)}let v, copied = -1
const f = ${fieldsSource(spec)}\n${fields.join('\n')}\n${TRAILING}\nreturn { mti, fields: f }`
}

/**
 * Reads one element into `v`. Bytes are windows of one copy of the message, made when the first of them is met: a copy
 * for each would cost three times as much.
 */
function valueSource(plan: ElementPlan, size: string): string {
  if (plan.reader === 'readBytes') {
    return `if (copied < 0) copied = COPIES.lay(b, start, end - start > SIZE_MAX ? start + SIZE_MAX : end)
v = new Uint8Array(COPIES.buffer, copied + at - start, ${size})`
  }
  const { setup, value } = readSource(plan, size)
  return `${setup}
v = ${value}
if (v === undefined) return fail('${plan.errorKind}', ${plan.bit}, at - start, 0)`
}

/** Body of `index(b, start, end, view)`: fills the view's slots; true, or what `fail` answers. */
export function indexSource(spec: MessageSpec, plans: readonly ElementPlan[]): string {
  const fields = plans.map((plan) => {
    const { source, size } = sizeSource(plan)
    return `${whenPresent(plan.bit)}
${source}
offsets[${plan.bit}] = at
sizes[${plan.bit}] = ${size}
at += ${plan.width(size)}
}`
  })
  return `${headSource(spec, plans)}const offsets = view.offsets, sizes = view.sizes
view.mti = mti; view.w1 = w1; view.w2 = w2; view.w3 = w3; view.w4 = w4
${fields.join('\n')}
${TRAILING}
return true`
}
