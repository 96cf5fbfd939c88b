import { blankImage, type DotImage, setDot } from './dot-image.ts'

export interface BarcodeSize {
  /** Dots of the narrowest bar. */
  readonly moduleDots: number
  readonly heightDots: number
}

/**
 * Bars of GS k `system` and the text that belongs to them: UPC-A, EAN-13 and Code 128. Undefined for other
 * systems and for data that the system cannot hold; a printer prints nothing then.
 */
export function drawBarcode(
  system: number,
  data: Uint8Array,
  size: BarcodeSize,
): { readonly image: DotImage; readonly text: string } | undefined {
  const text = Buffer.from(data).toString('latin1')
  switch (system) {
    case 0:
    case 65:
      return drawn(ean13Widths(`0${text}`), text, size)
    case 2:
    case 67:
      return drawn(ean13Widths(text), text, size)
    case 73:
      return drawn(code128Widths(text), text.replaceAll(/\{[ABC]/g, '').replaceAll('{{', '{'), size)
    default:
      return undefined
  }
}

/** `widths`: modules of bar, space, bar … in turn. */
function drawn(
  widths: string | undefined,
  text: string,
  { moduleDots, heightDots }: BarcodeSize,
): { readonly image: DotImage; readonly text: string } | undefined {
  if (widths === undefined) return undefined
  const modules = [...widths].reduce((sum, width) => sum + Number(width), 0)
  const image = blankImage(modules * moduleDots, heightDots)
  let x = 0
  for (const [index, width] of [...widths].entries()) {
    const end = x + Number(width) * moduleDots
    if (index % 2 === 1) x = end
    for (; x < end; x++) for (let y = 0; y < heightDots; y++) setDot(image, x, y)
  }
  return { image, text }
}

/** Source: ISO/IEC 15420, number sets A and C by their widths; B is A read backwards. */
const EAN_DIGITS = ['3211', '2221', '2122', '1411', '1132', '1231', '1114', '1312', '1213', '3112']
/** Number sets of the six left digits by the first digit; 1 is set B. */
const EAN_SETS = [
  '000000',
  '001011',
  '001101',
  '001110',
  '010011',
  '011001',
  '011100',
  '010101',
  '010110',
  '011010',
]

function ean13Widths(text: string): string | undefined {
  if (!/^\d{12,13}$/.test(text)) return undefined
  const check = eanCheckDigit(text)
  if (text.length === 13 && text[12] !== check) return undefined
  const digits = [...text.slice(0, 12), check]
  const sets = EAN_SETS[Number(digits[0])] ?? ''
  const widths = digits.slice(1).map((digit, index) => {
    const pattern = EAN_DIGITS[Number(digit)] ?? ''
    return sets[index] === '1' ? [...pattern].reverse().join('') : pattern
  })
  return `111${widths.slice(0, 6).join('')}11111${widths.slice(6).join('')}111`
}

function eanCheckDigit(text: string): string {
  const sum = [...text.slice(0, 12)].reduce(
    (total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3),
    0,
  )
  return String((10 - (sum % 10)) % 10)
}

/** Symbol characters 0 to 105 by their widths. Source: ISO/IEC 15417. */
const CODE128_WIDTHS = `
  212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231
  113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211
  212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131
  113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111
  314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211
  241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141
  214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214
  211232`
  .trim()
  .split(/\s+/)
const CODE128_STOP = '2331112'
type CodeSet = 'A' | 'B' | 'C'
const CODE128_START: { readonly [set in CodeSet]: number } = { A: 103, B: 104, C: 105 }
const CODE128_CHANGE: { readonly [set in CodeSet]: number } = { A: 101, B: 100, C: 99 }

/** Data begin with the code set: `{A`, `{B` or `{C`; `{{` is a brace. Set C takes one byte for two digits. */
function code128Widths(text: string): string | undefined {
  const values: number[] = []
  let set: CodeSet | undefined
  for (const [part] of text.matchAll(/\{.|./gs)) {
    const change = codeSetOf(part)
    if (change !== undefined) {
      values.push(set === undefined ? CODE128_START[change] : CODE128_CHANGE[change])
      set = change
      continue
    }
    const value = code128Value(set, part.length === 2 ? part[1] : part)
    if (value === undefined) return undefined
    values.push(value)
  }
  if (values.length < 2) return undefined
  const check = values.reduce((sum, value, index) => sum + value * Math.max(1, index), 0) % 103
  return `${[...values, check].map((value) => CODE128_WIDTHS[value]).join('')}${CODE128_STOP}`
}

function codeSetOf(part: string): CodeSet | undefined {
  if (part === '{A') return 'A'
  if (part === '{B') return 'B'
  return part === '{C' ? 'C' : undefined
}

function code128Value(set: CodeSet | undefined, character = ''): number | undefined {
  const code = character.charCodeAt(0)
  if (set === 'C') return code <= 99 ? code : undefined
  if (set === 'A') {
    if (code < 0x20) return code + 64
    return code <= 0x5f ? code - 0x20 : undefined
  }
  return set === 'B' && code >= 0x20 && code <= 0x7f ? code - 0x20 : undefined
}
