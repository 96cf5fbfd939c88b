import { equalBytes, fromHex } from '../../../src/base/bytes.ts'
import { dolSize, fillDol, parseDol, splitDol } from '../../../src/emv/dol.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { InputReader } from '../input-reader.ts'
import { randomTag } from '../tlv-mutator.ts'

/** A list of data objects, after one value that all tags get: what is filled has the list's size and splits again. */
export const target: FuzzTarget = {
  sizeMax: 512,
  seeds: () =>
    ['9F02069F03069F1A0295055F2A029A039C019F3704', '9F3704', '9F02069F3704DF8101019F6604', '5F2A8110'].map(
      (list) => Uint8Array.from([4, 1, 2, 3, 4, ...fromHex(list)]),
    ),
  run(input) {
    const reader = new InputReader(input)
    const value = Uint8Array.from(reader.sized())
    const list = reader.rest()
    const parsed = parseDol(list)
    if (!parsed.ok) {
      must(parsed.error.offset >= 0 && parsed.error.offset < list.length, 'the place is outside')
      return
    }
    const size = dolSize(parsed.value)
    must(size <= list.length * 255, 'more data than the list can ask for')
    const data = fillDol(parsed.value, (tag) => (tag === '9F37' ? undefined : value))
    must(data.length === size, 'another size than asked for')
    const parts = splitDol(parsed.value, data)
    must(parts !== undefined, 'what was filled does not split')
    must(splitDol(parsed.value, new Uint8Array(size + 1)) === undefined, 'data of another size split')
    for (const { tag, size: each } of parsed.value) must(parts.has(tag) && each <= 255, 'an entry is lost')
    const unknown = parsed.value.find(({ tag }) => tag === '9F37')
    if (unknown !== undefined && parsed.value.filter(({ tag }) => tag === '9F37').length === 1)
      must(
        equalBytes(parts.get('9F37') ?? value, new Uint8Array(unknown.size)),
        'an unknown value is not zero',
      )
  },
  mutate(input, random) {
    const entries = Array.from({ length: random.between(1, 8) }, () => [
      ...fromHex(randomTag(random)),
      ...(random.chance(100) ? [0x81] : []),
      random.pick([0, 1, 2, 3, 4, 6, 8, 0x7f, 0x80, 0xff]),
    ])
    const size = input[0] ?? 0
    return Uint8Array.from([size, ...input.subarray(1, 1 + size), ...entries.flat()])
  },
}
