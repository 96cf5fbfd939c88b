import { describe, expect, it } from 'vitest'
import { paceStream } from '../../hardware/emulator/paced-stream.ts'
import { VirtualClock } from '../../sim/world/virtual-clock.ts'
import { toHex } from '../../src/base/bytes.ts'
import type { StreamListener } from '../../src/base/ports.ts'

describe('a paced line', () => {
  it('keeps what came in, though the port uses its Buffer again', () => {
    const clock = new VirtualClock()
    let port: StreamListener | undefined
    const stream = paceStream(
      {
        write() {},
        close() {},
        listen: (listener) => {
          port = listener
        },
      },
      9600,
      clock,
    )
    const heard: string[] = []
    stream.listen({ received: (bytes) => heard.push(toHex(bytes)), ended() {} })
    const buffer = Buffer.from('0201', 'hex')
    port?.received(buffer)
    buffer.fill(0xff)
    while (clock.step());
    expect(heard).toEqual(['0201'])
  })
})
