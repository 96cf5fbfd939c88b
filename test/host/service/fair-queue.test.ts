import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchSize } from '../../../src/host/service/batch-size.ts'
import { FairQueue } from '../../../src/host/service/fair-queue.ts'

interface Item {
  readonly sender: string
  readonly number: number
}

function queueOf(...senders: readonly string[]): FairQueue<string, Item> {
  const queue = new FairQueue<string, Item>(({ sender }) => sender)
  for (const [number, sender] of senders.entries()) queue.push({ sender, number })
  return queue
}

function sendersOf(items: readonly Item[]): string {
  return items.map(({ sender }) => sender).join('')
}

describe('fair queue', () => {
  it('keeps the order in which things came while there are few', () => {
    const queue = queueOf('a', 'b', 'a', 'c', 'b')
    expect(sendersOf(queue.take(5))).toBe('abacb')
    expect(queue.size).toBe(0)
    expect(queue.take(5)).toEqual([])
  })

  it('gives who sends one its turn at once, whoever sends thousands before it', () => {
    const queue = queueOf(...'a'.repeat(5000), ...'b'.repeat(5000), 'c')
    expect(sendersOf(queue.take(9))).toBe('aaabbbcab')
    queue.push({ sender: 'd', number: 0 })
    expect(sendersOf(queue.take(8))).toMatch(/d/)
    expect([...sendersOf(queue.take(4))].sort().join('')).toBe('aabb')
    expect(queue.size).toBe(10_002 - 9 - 8 - 4)
  })

  it('gives out all that comes in, once, each sender in its order, never more than was asked for', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            senders: fc.array(fc.constantFrom('a', 'b', 'c', 'd')),
            max: fc.integer({ min: 1, max: 9 }),
          }),
        ),
        (turns) => {
          const queue = new FairQueue<string, Item>(({ sender }) => sender)
          const given: Item[] = []
          const come: Item[] = []
          const take = (max: number): void => {
            const waiting = new Set(
              come
                .slice(0)
                .filter((item) => !given.includes(item))
                .map(({ sender }) => sender),
            )
            const taken = queue.take(max)
            expect(taken.length).toBe(Math.min(max, come.length - given.length))
            // Nobody is passed over while another gives twice, unless there were more senders than places.
            if (max >= waiting.size) expect(new Set(taken.map(({ sender }) => sender))).toEqual(waiting)
            given.push(...taken)
          }
          for (const { senders, max } of turns) {
            for (const sender of senders) {
              const item = { sender, number: come.length }
              come.push(item)
              queue.push(item)
            }
            take(max)
          }
          while (queue.size > 0) take(3)
          expect(given.length).toBe(come.length)
          for (const sender of 'abcd') {
            const own = (items: readonly Item[]): readonly Item[] =>
              items.filter((item) => item.sender === sender)
            expect(own(given)).toEqual(own(come))
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('batch size', () => {
  it('has no bound before anything is known, then as many messages as take about a millisecond', () => {
    const size = new BatchSize()
    expect(size.max).toBe(Number.POSITIVE_INFINITY)
    // A small batch is mostly what each batch costs.
    size.learn(1, 10)
    expect(size.max).toBe(Number.POSITIVE_INFINITY)
    size.learn(100, 1)
    expect(size.max).toBe(100)
    for (let batch = 0; batch < 100; batch++) size.learn(100, 0.5)
    expect(size.max).toBe(200)
    for (let batch = 0; batch < 100; batch++) size.learn(100, 1000)
    expect(size.max).toBe(32)
  })
})
