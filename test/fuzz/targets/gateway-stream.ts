import { concatBytes } from '../../../src/base/bytes.ts'
import { lengthPrefixBytes } from '../../../src/iso8583/framing/length-prefix.ts'
import { CODECS, GOOD_FIELDS, randomMessage } from '../dialects.ts'
import { FuzzHost, signInFrame, UNIONPAY_ENVELOPE } from '../fuzz-host.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { InputReader } from '../input-reader.ts'

const HEAD_SIZE = 3

/** Port, chunks, then what a client sends: the host answers or closes, and serves another client afterwards. */
export const target: FuzzTarget = {
  sizeMax: 1500,
  seeds: () =>
    [0, 1, 2].flatMap((port) => {
      const encoded = CODECS[port]?.encode({ mti: '0200', fields: GOOD_FIELDS })
      if (encoded?.ok !== true) return []
      const message = port === 0 ? concatBytes([UNIONPAY_ENVELOPE, encoded.value]) : encoded.value
      const frame = concatBytes([
        lengthPrefixBytes(port === 1 ? 'ascii4' : 'binary2', message.length),
        message,
      ])
      return [concatBytes([Uint8Array.of(port, 40, 9), frame, frame])]
    }),
  run(input) {
    const reader = new InputReader(input)
    const host = new FuzzHost()
    const client = host.connect(reader.byte())
    const sizes = [1 + reader.byte(), 1 + reader.byte()]
    const stream = reader.rest()
    for (let at = 0, turn = 0; at < stream.length && !client.isDestroyed; turn++) {
      const size = sizes[turn % 2] ?? 1
      client.give(stream.slice(at, at + size))
      at += size
      if (turn % 3 === 2) host.work()
    }
    host.work()
    client.lose()
    host.work()
    must(host.connectionCount === 0, 'a connection is left')
    const next = host.connect(0)
    next.give(signInFrame())
    host.work()
    must(next.sentSize > 0, 'the host does not serve the next client')
  },
  mutate(input, random) {
    const port = (input[0] ?? 0) % 3
    const codec = CODECS[port]
    const encoded = codec?.encode(randomMessage(codec, random))
    if (encoded?.ok !== true) return input
    const message = port === 0 ? concatBytes([UNIONPAY_ENVELOPE, encoded.value]) : encoded.value
    const frame = concatBytes([lengthPrefixBytes(port === 1 ? 'ascii4' : 'binary2', message.length), message])
    return concatBytes([
      input.subarray(0, HEAD_SIZE),
      ...(random.chance(300) ? [input.subarray(HEAD_SIZE)] : []),
      frame,
    ])
  },
}
