import { asciiToBytes, fromHex, toHex, xorBytes } from '../../../src/base/bytes.ts'
import type { LocalDateTime } from '../../../src/base/ports.ts'
import type { Message } from '../../../src/iso8583/message.ts'
import type { Effect, Flow } from '../../../src/terminal/flows/effect.ts'
import type { JournalRecord } from '../../../src/terminal/flows/journal-record.ts'
import { performCommand, startUp } from '../../../src/terminal/flows/main-flow.ts'
import type {
  AwaitCardAnswer,
  CardWays,
  PinPadAnswer,
  PinPadCommand,
  TransmitAnswer,
} from '../../../src/terminal/flows/peripheral-effect.ts'
import type { PrintDocument, PrintOutcome } from '../../../src/terminal/flows/print-document.ts'
import type { Question, QuestionAnswer, Screen } from '../../../src/terminal/flows/screen.ts'
import type { CommandOutcome, TerminalCommand } from '../../../src/terminal/flows/terminal-command.ts'
import type {
  ChipServices,
  MessageCodec,
  TerminalContext,
} from '../../../src/terminal/flows/terminal-context.ts'
import { DEFAULT_PROFILE, type TerminalProfile } from '../../../src/terminal/flows/terminal-profile.ts'
import { applyRecord, initialState, type TerminalState } from '../../../src/terminal/flows/terminal-state.ts'
import { type Behaviour, FakeHost, fakeMac, GOOD } from './fake-host.ts'
import { textCodec } from './text-codec.ts'

/** The power went. */
export class PowerCut extends Error {}

export type Happening =
  | { readonly kind: 'durable'; readonly record: JournalRecord }
  | { readonly kind: 'sent'; readonly message: Message }
  | { readonly kind: 'shown'; readonly screen: Screen }
  | { readonly kind: 'asked'; readonly question: Question }
  | { readonly kind: 'printed'; readonly document: PrintDocument; readonly whole: boolean }
  | { readonly kind: 'answered'; readonly outcome: CommandOutcome }
  | { readonly kind: 'started' }

/** Test cards, made up. */
export const PAN = '6210948000000011'
export const STRIPE: AwaitCardAnswer = {
  kind: 'stripe',
  track1: undefined,
  track2: `${PAN}=30101010000000000`,
  track3: undefined,
}
export const CHIP_STRIPE: AwaitCardAnswer = { ...STRIPE, track2: `${PAN}=30102010000000000` }

const START: LocalDateTime = { year: 2026, month: 11, day: 23, hour: 9, minute: 30, second: 0 }

/** A terminal without hardware. What is durable, and what pad and host hold, outlives a power cut. */
export class FakeWorld {
  readonly codec: MessageCodec
  readonly host: FakeHost
  story: Happening[] = []
  records: JournalRecord[] = []
  state: TerminalState = initialState
  profile: TerminalProfile
  /** Used one by one; when none is left, all is well. */
  behaviours: Behaviour[] = []
  /** Whether the cashier presses cancel, at each wait that this may end. */
  cancels: boolean[] = []
  cards: AwaitCardAnswer[] = []
  /** What the chip says to each command. */
  chipAnswer: TransmitAnswer = { kind: 'cardRemoved' }
  /** Answers in its place, when there is one; silence is a card that is gone. */
  chip: { transmit(apdu: Uint8Array): Uint8Array } | undefined
  /** No certificate is checked in this world, unless somebody gives it keys. */
  chipServices: ChipServices = { sha1: () => new Uint8Array(20), caKeys: [] }
  prints: PrintOutcome[] = []
  padAnswers: { readonly [op in PinPadCommand['op']]?: PinPadAnswer } = {}
  /** What the reader was told of its taps. */
  readonly waitedFor: CardWays[] = []
  readonly signals: string[] = []
  answers: { [screenId: string]: QuestionAnswer } = {}
  freeBytes = 1e9
  /** The cable of the PIN pad is pulled while the host thinks. */
  padLostAfterSend = false
  /** Effects until the power goes; undefined: never. Odd halves: after the effect was done, before its answer. */
  cut: { readonly at: number; readonly after: boolean } | undefined
  #effects = 0
  #incoming: Uint8Array[] = []
  #dropped = false
  #padLost = false
  #nowMs = 0
  localTime = START

  constructor(profile: Partial<TerminalProfile> = {}, codec: MessageCodec = textCodec) {
    this.profile = { ...DEFAULT_PROFILE, ...profile }
    this.codec = codec
    this.host = new FakeHost(codec)
  }

  get context(): TerminalContext {
    const world = this
    return {
      codec: this.codec,
      profile: this.profile,
      chip: this.chipServices,
      get state() {
        return world.state
      },
    }
  }

  /** @throws {PowerCut} when the power goes first. */
  run(command: TerminalCommand): CommandOutcome {
    const outcome = this.perform(performCommand(this.context, command))
    this.story.push({ kind: 'answered', outcome })
    return outcome
  }

  /** The power comes back: nothing is left but what was durable. */
  restart(cut?: FakeWorld['cut']): void {
    this.cut = cut
    this.#incoming = []
    this.#dropped = false
    this.state = this.records.reduce(applyRecord, initialState)
    this.story.push({ kind: 'started' })
    this.perform(startUp(this.context))
  }

  /** As if a flow had done it. */
  append(...records: readonly JournalRecord[]): void {
    this.#answer({ kind: 'append', records })
  }

  perform<T>(flow: Flow<T>): T {
    this.#effects = 0
    let step = flow.next()
    while (!step.done) {
      const index = this.#effects++
      if (this.cut?.at === index && !this.cut.after) throw new PowerCut()
      const answer = this.#answer(step.value)
      if (this.cut?.at === index) throw new PowerCut()
      step = flow.next(answer)
    }
    return step.value
  }

  sent(mti?: string): readonly Message[] {
    return this.story.flatMap((each) =>
      each.kind === 'sent' && (mti === undefined || each.message.mti === mti) ? [each.message] : [],
    )
  }

  screens(): readonly string[] {
    return this.story.flatMap((each) => (each.kind === 'shown' ? [each.screen.id] : []))
  }

  printed(): readonly PrintDocument[] {
    return this.story.flatMap((each) => (each.kind === 'printed' && each.whole ? [each.document] : []))
  }

  #answer(effect: Effect): unknown {
    switch (effect.kind) {
      case 'append':
        // As a real journal would keep it.
        for (const record of JSON.parse(JSON.stringify(effect.records)) as JournalRecord[]) {
          this.state = applyRecord(this.state, record)
          this.records.push(record)
          this.story.push({ kind: 'durable', record })
        }
        return undefined
      case 'storageSpace':
        return { freeBytes: this.freeBytes }
      case 'send':
        return this.#send(effect.frame)
      case 'receive':
        return this.#receive(effect.timeoutMs)
      case 'disconnect':
        this.#incoming = []
        return undefined
      case 'now':
        return { localTime: this.localTime, monotonicMs: this.#nowMs }
      case 'setClock':
        this.localTime = effect.localTime
        return undefined
      case 'random':
        return new Uint8Array(effect.size).fill(7)
      case 'wait':
        this.#nowMs += effect.durationMs
        return { kind: effect.isCancellable === true && this.cancels.shift() === true ? 'cancelled' : 'over' }
      case 'display':
        this.story.push({ kind: 'shown', screen: effect.screen })
        return undefined
      case 'ask':
        this.story.push({ kind: 'asked', question: effect.question })
        return this.#answerQuestion(effect.question)
      case 'derivePassword':
        return fakeMac(asciiToBytes(`${effect.password}/${toHex(effect.salt)}`))
      case 'awaitCard':
        this.waitedFor.push(effect.accept)
        return this.cards.shift() ?? { kind: 'timeout' }
      case 'transmit':
        return this.#transmit(effect.apdu)
      case 'releaseCard':
      case 'releaseTap':
        if (effect.kind === 'releaseTap') this.signals.push(effect.signal)
        return { kind: 'done' }
      case 'awaitCardRemoval':
        return { kind: 'gone' }
      case 'pinPad':
        if (this.#padLost) return { kind: 'missing', device: 'pinPad' } satisfies PinPadAnswer
        return this.padAnswers[effect.command.op] ?? padAnswer(effect.command)
      case 'print':
        return this.#print(effect.document)
      case 'deviceReport':
        return { kind: 'devices', devices: [] }
      case 'storeChunk':
      case 'readSlot':
      case 'loadSlot':
        throw new Error('this terminal has no packages')
    }
  }

  #transmit(apdu: Uint8Array): TransmitAnswer {
    if (this.chip === undefined) return this.chipAnswer
    const bytes = this.chip.transmit(apdu)
    return bytes.length === 0 ? { kind: 'cardRemoved' } : { kind: 'response', bytes }
  }

  #send(frame: Uint8Array): unknown {
    const behaviour = this.behaviours.shift() ?? GOOD
    if (behaviour.kind === 'notSent') return { kind: 'notSent', reason: 'test' }
    const decoded = this.codec.decode(frame.slice(11))
    if (decoded.ok) this.story.push({ kind: 'sent', message: decoded.value })
    this.#incoming.push(...this.host.exchange(frame, behaviour))
    this.#dropped = behaviour.kind === 'dropped'
    this.#padLost = this.padLostAfterSend
    return { kind: 'sent' }
  }

  #receive(timeoutMs: number): unknown {
    const frame = this.#incoming.shift()
    this.#nowMs += 10
    if (frame !== undefined) return { kind: 'frame', frame }
    if (this.#dropped) return { kind: 'disconnected' }
    this.#nowMs += timeoutMs
    return { kind: 'timeout' }
  }

  #answerQuestion(question: Question): QuestionAnswer {
    const given = this.answers[question.screen.id]
    if (given !== undefined) return given
    if (question.kind === 'confirm') return { kind: 'confirmed' }
    if (question.kind === 'choose') return { kind: 'chosen', id: question.options.at(-1)?.id ?? '' }
    return question.screen.id === 'enterPassword'
      ? { kind: 'entered', text: question.screen.values?.['operator'] === '00' ? '888888' : '0000' }
      : { kind: 'cancelled' }
  }

  #print(document: PrintDocument): PrintOutcome {
    const outcome = this.prints.shift() ?? { kind: 'printed', paperNearEnd: false }
    this.story.push({ kind: 'printed', document, whole: outcome.kind === 'printed' })
    return outcome
  }
}

function padAnswer(command: PinPadCommand): PinPadAnswer {
  switch (command.op) {
    case 'loadMasterKey':
      return { kind: 'masterKeyLoaded', checkValue: fromHex('A1B2C3D4') }
    case 'loadWorkingKeys':
    case 'clearWorkingKeys':
    case 'show':
      return { kind: 'done' }
    case 'enterPin':
      return { kind: 'pinEntered', pinBlock: fromHex('912C48B98668BEB4') }
    case 'mac':
      return { kind: 'mac', mac: fakeMac(command.data) }
    case 'encryptTrack':
      return { kind: 'track', digits: command.digits.replaceAll(/\d/g, (digit) => `${9 - Number(digit)}`) }
    case 'protect':
      return { kind: 'data', data: scramble(command.data) }
    case 'unprotect':
      return { kind: 'data', data: scramble(command.ciphertext) }
    case 'readCertificate':
      return { kind: 'data', data: new Uint8Array(command.index < 2 ? 3 : 0) }
    case 'requestKey':
      return { kind: 'keyRequest', nonce: new Uint8Array(16), signature: command.context }
    case 'enterComponent':
      return { kind: 'componentEntered', checkValue: fromHex('0A0B0C0D') }
    case 'loadKeyPackage':
    case 'joinComponents':
      return { kind: 'masterKeyLoaded', checkValue: fromHex('A1B2C3D4') }
  }
}

function scramble(data: Uint8Array): Uint8Array {
  return xorBytes(data, new Uint8Array(data.length).fill(0xa5))
}

/** A commissioned terminal with a cashier logged on, signed in; its story starts empty. */
export function openWorld(profile: Partial<TerminalProfile> = {}, codec?: MessageCodec): FakeWorld {
  const world = new FakeWorld(profile, codec)
  world.run({
    kind: 'commission',
    keyBlock: 'B0000TEST',
    supervisorPassword: '888888',
    cashiers: [{ number: '01', password: '0000' }],
  })
  world.run({ kind: 'logOn', operator: '01' })
  world.run({ kind: 'signIn' })
  world.story = []
  return world
}

/** Everything that left the terminal process, as one text to search in. */
export function visibleText(world: FakeWorld): string {
  const shown = world.story.flatMap((each): unknown[] => {
    if (each.kind === 'shown') return [each.screen]
    if (each.kind === 'asked') return [each.question]
    if (each.kind === 'printed') return [each.document]
    return each.kind === 'answered' ? [each.outcome] : []
  })
  return `${JSON.stringify(shown)}${JSON.stringify(world.records)}${JSON.stringify(world.state)}`
}
