import iconv from 'iconv-lite'

const KNOWN_MAX = 30_000
const known = new Map<string, Uint8Array>()

/** Text for the printer. Source: GB 18030-2005. Characters are looked up once: slips use few of them. */
export function encodeGb18030(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 4)
  let size = 0
  for (const character of text) {
    const code = character.charCodeAt(0)
    if (code < 0x80) {
      bytes[size++] = code
      continue
    }
    const encoded = encodeCharacter(character)
    bytes.set(encoded, size)
    size += encoded.length
  }
  return bytes.slice(0, size)
}

/** The reverse; what is no text becomes U+FFFD. */
export function decodeGb18030(bytes: Uint8Array): string {
  return iconv.decode(Buffer.from(bytes), 'gb18030')
}

function encodeCharacter(character: string): Uint8Array {
  let encoded = known.get(character)
  if (encoded === undefined) {
    encoded = iconv.encode(character, 'gb18030')
    if (known.size < KNOWN_MAX) known.set(character, encoded)
  }
  return encoded
}
