import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvariantError } from '../../../src/base/invariant.ts'
import {
  append,
  ask,
  awaitCard,
  derivePassword,
  disconnect,
  display,
  type Flow,
  now,
  pinPad,
  print,
  random,
  receive,
  send,
  setClock,
  storageSpace,
  transmit,
  wait,
  waitOrCancel,
} from '../../../src/terminal/flows/effect.ts'
import type { Question } from '../../../src/terminal/flows/screen.ts'
import { type FlowEnd, Interpreter } from '../../../src/terminal/runtime/interpreter.ts'
import { FakeWorld } from './fake-world.ts'

const QUESTION: Question = { kind: 'confirm', screen: { id: 'sure' } }

function start<T>(flow: Flow<T>, world = new FakeWorld()) {
  const interpreter = new Interpreter(world)
  const ends: FlowEnd<T>[] = []
  interpreter.run(flow, (end) => ends.push(end))
  return { world, interpreter, ends }
}

const finished = <T>(value: T) => ({ kind: 'finished', value })

describe('the interpreter', () => {
  it('performs effects in order and gives each its answer', () => {
    const time = { year: 2027, month: 8, day: 9, hour: 10, minute: 11, second: 12 }
    const world = new FakeWorld()
    world.atOnce.print = { kind: 'printed', paperNearEnd: true }
    const { ends } = start(
      (function* () {
        yield* append({ kind: 'stanUsed', stan: '000007' })
        const stan = world.keeper.state.nextStan
        const space = yield* storageSpace()
        const sent = yield* send(new Uint8Array(3))
        yield* disconnect()
        yield* setClock(time)
        const { localTime, monotonicMs } = yield* now()
        const bytes = yield* random(2)
        yield* display({ id: 'hello' })
        const hash = yield* derivePassword('12345', new Uint8Array(8))
        const printed = yield* print({ lines: [], cut: false })
        return { stan, space, sent, localTime, monotonicMs, bytes, hash, printed }
      })(),
      world,
    )
    expect(ends).toEqual([
      finished({
        stan: 8,
        space: { freeBytes: 1_000_000 },
        sent: { kind: 'sent' },
        localTime: time,
        monotonicMs: 0,
        bytes: new Uint8Array([7, 7]),
        hash: new Uint8Array([5, 8]),
        printed: { kind: 'printed', paperNearEnd: true },
      }),
    ])
    expect(world.log).toEqual(['store stanUsed', 'send 3', 'disconnect', 'show hello', 'print'])
  })

  it('waits by the clock', () => {
    const { world, ends } = start(wait(1_000))
    world.clock.advance(999)
    expect(ends).toEqual([])
    world.clock.advance(1)
    expect(ends).toHaveLength(1)
  })

  it('gives the same whether answers come at once or later', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 50 }), (atOnce) => {
        const world = new FakeWorld()
        const later: (() => void)[] = []
        let count = 0
        world.passwords.derive = (_password, _salt, done) => {
          const number = count++
          const answer = (): void => done(new Uint8Array([number]))
          if (atOnce[number] === true) answer()
          else later.push(answer)
        }
        const { ends } = start(
          (function* () {
            const answers: number[] = []
            for (const _ of atOnce) answers.push(...(yield* derivePassword('', new Uint8Array())))
            return answers
          })(),
          world,
        )
        for (let answer = later.shift(); answer !== undefined; answer = later.shift()) answer()
        expect(ends).toEqual([finished(atOnce.map((_, index) => index))])
      }),
    )
  })

  it('100 000 effects that are answered at once cost no stack', () => {
    const { ends } = start(
      (function* () {
        let sum = 0
        for (let count = 0; count < 100_000; count++) sum += (yield* random(1)).length
        return sum
      })(),
    )
    expect(ends).toEqual([finished(100_000)])
  })

  it('100 000 flows, each started by the end of the one before, cost no stack', () => {
    const interpreter = new Interpreter(new FakeWorld())
    let count = 0
    const again = (): void => {
      count++
      if (count < 100_000) interpreter.run(random(1), again)
    }
    interpreter.run(random(1), again)
    expect(count).toBe(100_000)
    expect(interpreter.busy).toBe(false)
  })

  it('runs one flow at a time', () => {
    const { interpreter } = start(wait(1))
    expect(() => interpreter.run(wait(1), () => {})).toThrow(InvariantError)
  })
})

describe('questions', () => {
  it('are answered by the operator, and their timer goes', () => {
    const { world, ends } = start(ask(QUESTION, 500))
    world.answerQuestion?.({ kind: 'confirmed' })
    expect(ends).toEqual([finished({ kind: 'confirmed' })])
    expect(world.clock.timerCount).toBe(0)
  })

  it('end by time or by the cancel key, are taken away, and a late key does nothing', () => {
    for (const how of ['timeout', 'cancelled'] as const) {
      const { world, interpreter, ends } = start(ask(QUESTION, 500))
      if (how === 'timeout') world.clock.advance(500)
      else expect(interpreter.cancel()).toBe(true)
      expect(ends).toEqual([finished({ kind: how })])
      expect(world.log).toEqual(['ask sure', 'withdraw'])
      world.answerQuestion?.({ kind: 'confirmed' })
      expect(ends).toHaveLength(1)
      expect(interpreter.stopCause).toBeUndefined()
      expect(world.clock.timerCount).toBe(0)
    }
  })
})

describe('cancel', () => {
  const waiting: readonly (readonly [string, () => Flow<unknown>, boolean])[] = [
    ['awaitCard', () => awaitCard({ chip: true, stripe: true }, 1), true],
    [
      'enterPin',
      () =>
        pinPad({
          op: 'enterPin',
          pan: undefined,
          amountText: undefined,
          lengthMin: 4,
          lengthMax: 6,
          timeoutMs: 1,
        }),
      true,
    ],
    ['mac', () => pinPad({ op: 'mac', algorithm: 'x9.19', data: new Uint8Array(8) }), false],
    ['transmit', () => transmit(new Uint8Array(5)), false],
    ['receive', () => receive(1), false],
    ['wait', () => wait(1), false],
    ['waitOrCancel', () => waitOrCancel(1), true],
  ]
  for (const [name, flow, reaches] of waiting) {
    it(`${reaches ? 'ends' : 'does not touch'} ${name}`, () => {
      const { interpreter, ends } = start(flow())
      expect(interpreter.cancel()).toBe(reaches)
      expect(ends).toEqual(reaches ? [finished({ kind: 'cancelled' })] : [])
    })
  }

  it('pressed while a host is asked ends the next wait that it may end, of this command only', () => {
    const { world, interpreter, ends } = start(
      (function* () {
        const first = yield* receive(20)
        const second = yield* waitOrCancel(30)
        const third = yield* waitOrCancel(30)
        return [first, second, third].map(({ kind }) => kind)
      })(),
    )
    expect(interpreter.cancel()).toBe(false)
    world.answerReceive?.({ kind: 'timeout' })
    world.clock.advance(30)
    expect(ends).toEqual([finished(['timeout', 'cancelled', 'over'])])
    expect(world.clock.timerCount).toBe(0)
    // Pressed when nothing may be ended any more: it must not end the next command.
    const later: unknown[] = []
    interpreter.run(receive(20), (end) => later.push(end))
    expect(interpreter.cancel()).toBe(false)
    world.answerReceive?.({ kind: 'timeout' })
    interpreter.run(waitOrCancel(30), (end) => later.push(end))
    world.clock.advance(30)
    expect(later).toEqual([finished({ kind: 'timeout' }), finished({ kind: 'over' })])
  })

  it('does nothing while no flow runs', () => {
    const { interpreter } = start(random(1))
    expect(interpreter.cancel()).toBe(false)
  })

  it('once closing has begun, nothing waits for a person any more, and the rest ends by itself', () => {
    const { world, interpreter, ends } = start(
      (function* () {
        const first = yield* ask(QUESTION, 500)
        const second = yield* awaitCard({ chip: true, stripe: false }, 500)
        const third = yield* ask(QUESTION, 500)
        const reply = yield* receive(20)
        return [first, second, third, reply].map(({ kind }) => kind)
      })(),
    )
    interpreter.beginClosing()
    expect(ends).toEqual([])
    world.answerReceive?.({ kind: 'timeout' })
    expect(ends).toEqual([finished(['cancelled', 'cancelled', 'cancelled', 'timeout'])])
  })
})

describe('the terminal stops', () => {
  it('when a flow throws, and tells it instead of losing it', () => {
    const { ends, interpreter } = start(
      (function* () {
        yield* random(1)
        throw new InvariantError('impossible state')
      })(),
    )
    expect(ends).toMatchObject([{ kind: 'stopped', cause: { kind: 'bug', message: 'impossible state' } }])
    expect(interpreter.stopCause?.kind).toBe('bug')
  })

  it('without the text of a foreign exception, which may hold anything', () => {
    const { ends } = start(
      (function* () {
        yield* random(1)
        JSON.parse('{"pan":6210948000000011')
      })(),
    )
    expect(ends).toMatchObject([{ kind: 'stopped', cause: { kind: 'bug', message: 'SyntaxError' } }])
  })

  it('when its world throws, at once or later', () => {
    const world = new FakeWorld()
    world.panel.show = () => {
      throw new InvariantError('no such text')
    }
    expect(start(display({ id: 'x' }), world).ends).toMatchObject([{ cause: { message: 'no such text' } }])
  })

  it('when records are not durable: the flow goes no step further', () => {
    const world = new FakeWorld()
    world.appendFailure = 'no room'
    const { ends, interpreter } = start(
      (function* () {
        try {
          yield* append({ kind: 'stanUsed', stan: '000001' })
        } finally {
          world.log.push('went on')
        }
        yield* send(new Uint8Array(1))
      })(),
      world,
    )
    expect(ends).toEqual([{ kind: 'stopped', cause: { kind: 'journal', message: 'no room' } }])
    expect(world.log).toEqual(['store stanUsed'])
    expect(world.keeper.state.nextStan).toBe(1)
    const later: FlowEnd<unknown>[] = []
    interpreter.run(random(1), (end) => later.push(end))
    expect(later).toMatchObject([{ kind: 'stopped', cause: { kind: 'journal' } }])
  })

  it('before a record is written that can not follow', () => {
    const { world, ends } = start(append({ kind: 'uploadFinished' }))
    expect(ends).toMatchObject([{ kind: 'stopped', cause: { kind: 'bug' } }])
    expect(world.log).toEqual([])
  })

  it('when one effect is answered twice', () => {
    const world = new FakeWorld()
    const { interpreter, ends } = start(
      (function* () {
        yield* transmit(new Uint8Array(5))
        yield* wait(10)
      })(),
      world,
    )
    world.answerPeripheral?.({ kind: 'cardRemoved' })
    world.answerPeripheral?.({ kind: 'cardRemoved' })
    expect(ends).toMatchObject([{ cause: { message: 'transmit was answered twice' } }])
    expect(interpreter.busy).toBe(false)
    world.clock.advance(100)
    expect(ends).toHaveLength(1)
  })

  it('when told to, and leaves no timer, no question and no waiting device', () => {
    for (const flow of [wait(50), ask(QUESTION, 50), awaitCard({ chip: true, stripe: true }, 50)]) {
      const { world, interpreter, ends } = start<unknown>(flow)
      interpreter.abandon()
      expect(ends).toMatchObject([{ kind: 'stopped', cause: { kind: 'abandoned' } }])
      expect(world.clock.timerCount).toBe(0)
      world.answerQuestion?.({ kind: 'confirmed' })
      expect(ends).toHaveLength(1)
    }
  })
})
