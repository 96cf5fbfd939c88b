import { equalBytes } from '../../../src/base/bytes.ts'
import {
  type EnvelopeKind,
  envelopeBytes,
  envelopeSize,
  parseEnvelope,
  replyEnvelope,
  swapTpdu,
} from '../../../src/iso8583/framing/envelope.ts'
import { formatPosHeader, parsePosHeader } from '../../../src/iso8583/framing/pos-header.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'

const KINDS: readonly EnvelopeKind[] = ['tpduAndHeader', 'tpdu', 'none']

/** TPDU and header: taken apart and put together they are the same bytes; a reply goes back where it came from. */
export const target: FuzzTarget = {
  sizeMax: 64,
  seeds: () => [
    Uint8Array.from([0x60, 0, 3, 0, 0, 0x60, 0x32, 0, 0x32, 0, 1, 2, 0]),
    Uint8Array.from([0x60, 0xff, 0xff, 1, 2]),
    new Uint8Array(0),
  ],
  run(input) {
    for (const kind of KINDS) {
      const parsed = parseEnvelope(input, kind)
      must((parsed === undefined) === input.length < envelopeSize(kind), 'an envelope of another size')
      if (parsed === undefined) continue
      const { envelope, start } = parsed
      must(equalBytes(envelopeBytes(envelope), input.subarray(0, start)), 'an envelope is written otherwise')
      const reply = replyEnvelope(envelope, '3')
      must(envelopeBytes(reply).length === start, 'the envelope of a reply has another size')
      const { tpdu, header } = envelope
      if (tpdu !== undefined) must(swapTpdu(swapTpdu(tpdu)) === tpdu, 'swapping twice changes a TPDU')
      const posHeader = header === undefined ? undefined : parsePosHeader(header)
      if (header !== undefined)
        must(
          posHeader !== undefined && formatPosHeader(posHeader) === header,
          'a header is written otherwise',
        )
    }
  },
}
