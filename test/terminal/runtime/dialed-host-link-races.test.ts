import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteStream, StreamListener } from '../../../src/base/ports.ts'
import type { ReceiveAnswer, SendAnswer } from '../../../src/terminal/flows/effect.ts'
import { DialedHostLink, type StreamDialer } from '../../../src/terminal/runtime/dialed-host-link.ts'
import { Races } from '../../races.ts'

/** `stays`: connects, and the host does not end it. */
type Fate = 'connects' | 'stays' | 'fails' | 'fails at once' | 'never'

/** A line as an adapter gives it: ends once, says nothing afterwards. */
class Line implements ByteStream {
  isOpen = true
  writtenLate = 0
  writes = 0
  #listener: StreamListener | undefined
  readonly #races: Races

  constructor(races: Races, replies: readonly Uint8Array[], isLost: boolean) {
    this.#races = races
    for (const bytes of replies) {
      races.later('host sends', () => {
        if (this.isOpen) this.#listener?.received(bytes)
      })
    }
    if (isLost) races.later('host ends', () => this.#end('lost'))
  }

  write(): void {
    if (this.isOpen) this.writes++
    else this.writtenLate++
  }

  close(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.#races.later('closed', () => this.#listener?.ended('closed'))
  }

  listen(listener: StreamListener): void {
    this.#listener = listener
  }

  #end(end: 'lost'): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.#listener?.ended(end)
  }
}

/** All that a link dialled. */
class Exchange implements StreamDialer {
  readonly lines: Line[] = []
  openDials = 0
  openDialsMax = 0
  afterGivingUp = 0
  readonly #races: Races
  readonly #fates: Fate[]
  readonly #replies: readonly Uint8Array[]

  constructor(races: Races, fates: readonly Fate[], replies: readonly Uint8Array[]) {
    this.#races = races
    this.#fates = [...fates]
    this.#replies = replies
  }

  dial(connected: (stream: ByteStream) => void, failed: (reason: string) => void): () => void {
    const fate = this.#fates.shift() ?? 'fails'
    let isOpen = true
    this.openDials++
    this.openDialsMax = Math.max(this.openDialsMax, this.openDials)
    const settle = (): boolean => {
      if (!isOpen) return false
      isOpen = false
      this.openDials--
      return true
    }
    if (fate === 'fails at once') {
      settle()
      failed('no certificate')
    } else if (fate !== 'never') {
      this.#races.later('dialled', () => {
        if (!settle()) return
        if (fate === 'fails') {
          failed('refused')
          return
        }
        const line = new Line(this.#races, this.#replies, fate === 'connects')
        this.lines.push(line)
        connected(line)
      })
    }
    return () => {
      settle()
    }
  }
}

const frame = (...bytes: readonly number[]) => Uint8Array.from([0, bytes.length, ...bytes])
const chunk = fc.constantFrom(
  frame(1, 2),
  Uint8Array.from([...frame(1), ...frame(2)]),
  frame(1, 2).slice(0, 1),
  Uint8Array.of(255, 255, 1),
)
const fate = fc.constantFrom<Fate[]>('connects', 'stays', 'stays', 'fails', 'fails at once', 'never')

describe('a link to the host, whatever comes first', () => {
  it('each send and each receive is answered once; closed, it leaves no line, dial or timer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fate, { maxLength: 6 }),
        fc.array(chunk, { maxLength: 3 }),
        fc.array(fc.constantFrom('exchange', 'disconnect'), { minLength: 1, maxLength: 6 }),
        async (scheduler, fates, replies, deeds) => {
          const races = new Races(scheduler)
          const exchange = new Exchange(races, fates, replies)
          const config = {
            prefix: 'binary2',
            frameSizeMax: 100,
            connectTimeoutMs: 10,
            idleTimeoutMs: 1000,
          } as const
          const link = new DialedHostLink(config, exchange, races.clock)
          const asked = { send: 0, receive: 0 }
          const answers: { send: SendAnswer[]; receive: ReceiveAnswer[] } = { send: [], receive: [] }
          let isBusy = false
          const run = (deed: string): void => {
            if (deed === 'disconnect') {
              link.disconnect()
              return
            }
            if (isBusy) return
            isBusy = true
            asked.send++
            link.send(Uint8Array.of(5), (sent) => {
              answers.send.push(sent)
              if (sent.kind === 'notSent') {
                isBusy = false
                return
              }
              // As a flow does: it waits for the reply as soon as it knows that its request left.
              asked.receive++
              link.receive(30, (received) => {
                answers.receive.push(received)
                isBusy = false
              })
            })
          }
          for (const deed of deeds) races.later(deed, () => run(deed))
          await races.settle()
          link.disconnect()
          await races.settle()
          expect({ send: answers.send.length, receive: answers.receive.length }).toEqual(asked)
          const sent = answers.send.filter(({ kind }) => kind === 'sent').length
          expect(exchange.lines.reduce((sum, { writes }) => sum + writes, 0)).toBe(sent)
          expect(exchange.lines.filter(({ isOpen, writtenLate }) => isOpen || writtenLate > 0)).toEqual([])
          expect(exchange.openDialsMax).toBeLessThanOrEqual(1)
          expect(exchange.openDials).toBe(0)
          expect(races.timerCount).toBe(0)
        },
      ),
      { numRuns: 400 },
    )
  })
})
