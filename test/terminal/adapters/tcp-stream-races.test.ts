import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { ByteStream } from '../../../src/base/ports.ts'
import { TcpDialer } from '../../../src/terminal/adapters/tcp-stream.ts'
import { Races } from '../../races.ts'
import { type FakeSocket, useSocketWorld, type Welcome } from './fake-socket.ts'

vi.mock('node:net', async (original) => ({
  ...(await original<typeof import('node:net')>()),
  connect: (await import('./fake-socket.ts')).fakeConnect,
}))

const welcome = fc.constantFrom<Welcome[]>('takes', 'refuses', 'never answers', 'takes and is gone')
const flags = fc.record({ givesUp: fc.boolean(), closes: fc.boolean(), writes: fc.boolean() })

/** What came of one dial, and what the one who dialled saw of its stream. */
class Dial {
  readonly answers: string[] = []
  readonly afterEnd: string[] = []
  ends = 0
  #isOver = false

  connected(stream: ByteStream): void {
    this.answers.push('connected')
    stream.listen({
      received: () => {
        if (this.#isOver) this.afterEnd.push('data')
      },
      ended: () => {
        this.ends++
        this.#isOver = true
      },
    })
  }

  closed(): void {
    this.#isOver = true
  }
}

describe('a dialled line, whatever comes first', () => {
  it('one answer to a dial, one end to a stream, nothing after it, and no socket left', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        welcome,
        flags,
        async (scheduler, host, { givesUp, closes, writes }) => {
          const races = new Races(scheduler)
          const sockets: FakeSocket[] = []
          useSocketWorld({ races, welcome: host, sockets })
          const dial = new Dial()
          let hasGivenUp = false
          const giveUp = new TcpDialer({ host: '127.0.0.1', port: 1 }).dial(
            (stream) => {
              expect(hasGivenUp).toBe(false)
              dial.connected(stream)
              if (writes) races.later('write', () => stream.write(Uint8Array.of(1)))
              if (!closes) return
              races.later('close', () => {
                stream.close()
                dial.closed()
              })
            },
            (reason) => {
              expect(hasGivenUp).toBe(false)
              dial.answers.push(reason)
            },
          )
          const stop = (): void => {
            if (dial.answers.length > 0) return
            hasGivenUp = true
            giveUp()
          }
          if (givesUp) races.later('give up', stop)
          await races.settle()
          // Nobody waits for ever for a host that says nothing.
          stop()
          await races.settle()
          expect(dial.answers.length).toBe(hasGivenUp ? 0 : 1)
          expect(dial.ends).toBe(dial.answers[0] === 'connected' ? 1 : 0)
          expect(dial.afterEnd).toEqual([])
          expect(sockets.filter(({ isDestroyed }) => !isDestroyed)).toEqual([])
        },
      ),
      { numRuns: 300 },
    )
  })
})
