import { createHmac } from 'node:crypto'

/** A tagger with a key of the tests' own. */
export function fakeTag(data: Uint8Array): Uint8Array {
  return createHmac('sha256', 'key of the tests').update(data).digest()
}
