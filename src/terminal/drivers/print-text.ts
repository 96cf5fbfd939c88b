/** How a printer counts and encodes text. */
export interface TextMeasure {
  encode(text: string): Uint8Array
  /** Columns of font A: one for a single byte, two for a character of two or four bytes. */
  columns(text: string): number
}

export function createTextMeasure(encodeText: (text: string) => Uint8Array): TextMeasure {
  const known = new Map<string, number>()
  const columnsOf = (character: string): number => {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x80) return 1
    const cached = known.get(character)
    if (cached !== undefined) return cached
    const columns = encodeText(character).length > 1 ? 2 : 1
    if (known.size < KNOWN_MAX) known.set(character, columns)
    return columns
  }
  return {
    encode: encodeText,
    columns: (text) => {
      let columns = 0
      for (const character of text) columns += columnsOf(character)
      return columns
    },
  }
}

const KNOWN_MAX = 4096

const CONTROLS = /\p{Cc}/u

/** Text without control characters, which a printer would obey: a tab or line break becomes a space, others go. */
export function printableText(text: string): string {
  if (!CONTROLS.test(text)) return text
  let printable = ''
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code === 0x09 || code === 0x0a) printable += ' '
    else if (code >= 0x20 && (code < 0x7f || code > 0x9f)) printable += character
  }
  return printable
}

/**
 * Rows of at most `columns` columns, one or more. Breaks at the last space of a row, or between two wide
 * characters, or, when a word is longer than a row, inside it. The space at a break is not printed.
 */
export function wrapText(text: string, columns: number, measure: TextMeasure): readonly string[] {
  const rows: string[] = []
  let row = ''
  let rowColumns = 0
  for (const character of text) {
    const width = measure.columns(character)
    if (rowColumns + width > columns && row !== '') {
      const at = character === ' ' ? row.length : breakIndex(row, character, measure)
      rows.push(row.slice(0, at).trimEnd())
      row = row.slice(at).trimStart()
      rowColumns = measure.columns(row)
      if (character === ' ' && row === '') continue
    }
    row += character
    rowColumns += width
  }
  return [...rows, row]
}

/** Where to cut `row` before `next`: code units to keep, at least one. */
function breakIndex(row: string, next: string, measure: TextMeasure): number {
  if (measure.columns(next) === 2) return row.length
  const characters = [...row]
  let at = row.length
  for (let index = characters.length - 1; index > 0; index--) {
    const character = characters[index] ?? ''
    if (character === ' ' || measure.columns(character) === 2) return at
    at -= character.length
  }
  return row.length
}
