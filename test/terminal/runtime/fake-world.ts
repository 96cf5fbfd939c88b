import type { PeripheralAnswers, PeripheralEffect } from '../../../src/terminal/flows/peripheral-effect.ts'
import type { QuestionAnswer } from '../../../src/terminal/flows/screen.ts'
import { initialState } from '../../../src/terminal/flows/terminal-state.ts'
import { JournaledState, type RecordStore } from '../../../src/terminal/runtime/state-keeper.ts'
import type { TerminalWorld } from '../../../src/terminal/runtime/terminal-world.ts'
import { VirtualClock } from './virtual-clock.ts'

/** A world that writes down what is asked of it, and answers when the test says so. */
export class FakeWorld implements TerminalWorld {
  readonly log: string[] = []
  readonly clock = new VirtualClock()
  /** Set to make the next append fail. */
  appendFailure: string | undefined
  /** Answers of the operator and the devices, open until the test gives them. */
  answerQuestion: ((answer: QuestionAnswer) => void) | undefined
  answerPeripheral: ((answer: unknown) => void) | undefined
  answerReceive: ((answer: { readonly kind: 'timeout' }) => void) | undefined
  /** Answers given at once by the kind of effect. */
  readonly atOnce: { [K in PeripheralEffect['kind']]?: PeripheralAnswers[K] } = {}

  readonly #store: RecordStore = {
    append: (records, done) => {
      this.log.push(`store ${records.map(({ kind }) => kind).join()}`)
      const reason = this.appendFailure
      done(reason === undefined ? { kind: 'durable' } : { kind: 'failed', reason })
    },
  }
  readonly keeper = new JournaledState(this.#store, initialState)

  readonly random = { bytes: (size: number) => new Uint8Array(size).fill(7) }
  readonly passwords: { derive: TerminalWorld['passwords']['derive'] } = {
    derive: (password, salt, done) => done(new Uint8Array([password.length, salt.length])),
  }
  readonly storage: TerminalWorld['storage'] = { freeBytes: (done) => done(1_000_000) }

  readonly hostLink: TerminalWorld['hostLink'] = {
    send: (frame, done) => {
      this.log.push(`send ${frame.length}`)
      done({ kind: 'sent' })
    },
    receive: (timeoutMs, done) => {
      this.log.push(`receive ${timeoutMs}`)
      this.answerReceive = done
    },
    disconnect: () => this.log.push('disconnect'),
  }

  readonly panel: { -readonly [K in keyof TerminalWorld['panel']]: TerminalWorld['panel'][K] } = {
    show: (screen) => this.log.push(`show ${screen.id}`),
    ask: (question, done) => {
      this.log.push(`ask ${question.screen.id}`)
      this.answerQuestion = done
    },
    withdraw: () => this.log.push('withdraw'),
  }

  readonly peripherals: TerminalWorld['peripherals'] = {
    perform: (effect, done) => {
      this.log.push(effect.kind)
      const answer = this.atOnce[effect.kind]
      // The map is keyed by the kind of the effect, so the answer is of that kind.
      if (answer !== undefined) done(answer as Parameters<typeof done>[0])
      else this.answerPeripheral = (value) => done(value as Parameters<typeof done>[0])
    },
    cancel: () => {
      this.log.push('cancel')
      this.answerPeripheral?.({ kind: 'cancelled' })
    },
  }
}
