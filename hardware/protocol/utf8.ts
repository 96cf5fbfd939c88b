/** UTF-8 without the platform's own encoder, which the pure layers do not have. Lone surrogates become U+FFFD. */
export function utf8ToBytes(text: string): Uint8Array {
  const bytes: number[] = []
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    pushPoint(bytes, point >= 0xd800 && point <= 0xdfff ? 0xfffd : point)
  }
  return Uint8Array.from(bytes)
}

function pushPoint(bytes: number[], point: number): void {
  const tail = (shift: number): number => 0x80 | ((point >> shift) & 0x3f)
  if (point < 0x80) bytes.push(point)
  else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(0))
  else if (point < 0x1_0000) bytes.push(0xe0 | (point >> 12), tail(6), tail(0))
  else bytes.push(0xf0 | (point >> 18), tail(12), tail(6), tail(0))
}
