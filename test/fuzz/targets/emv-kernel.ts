import { createChipCard } from '../../../hardware/emulator/chip-card/chip-card.ts'
import type { SeededRandom } from '../../../sim/world/seeded-random.ts'
import { concatBytes, fromHex, xorBytes } from '../../../src/base/bytes.ts'
import { sha1 } from '../../../src/crypto/hash.ts'
import { decodeTlvs, encodeTlv } from '../../../src/emv/ber-tlv.ts'
import type { Effect, Flow } from '../../../src/terminal/flows/effect.ts'
import type { PinPadAnswer } from '../../../src/terminal/flows/peripheral-effect.ts'
import type { Question, QuestionAnswer } from '../../../src/terminal/flows/screen.ts'
import { completeContact } from '../../../src/terminal/kernel/completion.ts'
import { startContact } from '../../../src/terminal/kernel/contact.ts'
import type { ContactEnd, ContactStart } from '../../../src/terminal/kernel/contact-types.ts'
import { defaultKernelConfig } from '../../../src/terminal/kernel/kernel-config.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { InputReader } from '../input-reader.ts'
import { changeSteps, joinSteps, splitSteps } from '../script-mutator.ts'
import { CA_KEYS, CHIP_IMAGES, fixedRandom } from '../test-cards.ts'
import { changeTlvs, randomTlvs } from '../tlv-mutator.ts'

/** Most exchanges with one card: a file locator of 63 entries that reads every record once is the longest that is legal. */
const STEPS_MAX = 4000
const HEAD_SIZE = 4
const BASE = defaultKernelConfig(
  {
    country: '156',
    currency: '156',
    terminalId: '10000001',
    merchantId: '001290058120001',
    merchantName: 'TILLWIRE TEST MERCHANT',
    interfaceDeviceSerial: 'TILL0001',
  },
  sha1,
  CA_KEYS,
)
/** Also a terminal that decides by itself, with offline PIN and random selection. */
const CONFIGS = [
  BASE,
  {
    ...BASE,
    terminalCapabilities: fromHex('E0F8C8'),
    applications: BASE.applications.map((each) => ({
      ...each,
      floorLimitMinor: 10_000,
      randomThresholdMinor: 1000,
      randomTargetPercent: 20,
      tacOnline: new Uint8Array(5),
      tacDefault: new Uint8Array(5),
    })),
  },
]

/**
 * Card, terminal, answers of people, host's answer; then what the card says: real answers of an emulated card, changed
 * where a step says so. The kernel ends in an outcome within bounded steps.
 */
export const target: FuzzTarget = {
  sizeMax: 2500,
  seeds: () =>
    [0, 1, 2, 3].flatMap((card) => [
      joinSteps([card, 0, 0, 0], [fromHex('910A11223344556677883030')]),
      joinSteps([card, 1, 1, 1], [fromHex('8A023030'), Uint8Array.of(3, 1, 0x90, 0)]),
      joinSteps([card, 0, 2, 2], [fromHex('72109F180400000001860704DA9F580101'), Uint8Array.of(9, 2, 4)]),
    ]),
  run(input) {
    const [first, ...changes] = splitSteps(input, HEAD_SIZE)
    const reader = new InputReader(input)
    const world = new NonsenseWorld(reader.byte(), changes, reader.byte())
    const config = CONFIGS[reader.below(2)] ?? BASE
    const hostSays = reader.byte()
    const transaction = {
      transactionType: '00',
      amountMinor: 8800,
      localTime: { year: 2026, month: 11, day: 23, hour: 19, minute: 30, second: 5 },
      sequence: 42,
      amountText: '88.00',
      pinBypassAllowed: true,
    }
    const start = world.run(startContact(config, transaction))
    checkStart(start)
    if (start.kind !== 'online') return
    const answer =
      hostSays % 4 === 0
        ? ({ kind: 'unable' } as const)
        : ({ kind: 'answered', approved: hostSays % 2 === 1, responseCode: '00', field55: first } as const)
    checkEnd(world.run(completeContact(start.session, answer)))
  },
  mutate: (input, random) => changeSteps(input, HEAD_SIZE, random, makeChange),
}

function checkStart(start: ContactStart): void {
  if (start.kind === 'fallback' || start.kind === 'ended') return
  must(decodeTlvs(start.field55).ok && start.field55.length <= 255, 'field 55 can not be sent')
  must(/^\d{1,19}$/.test(start.card.pan), 'a card number that is none')
  must(start.results.terminalVerificationResults.length === 5, 'results of another size')
  must(start.results.cryptogram.length === 8, 'a cryptogram of another size')
}

function checkEnd(end: ContactEnd): void {
  must(
    decodeTlvs(end.uploadField55).ok && end.uploadField55.length <= 255,
    'field 55 of the upload can not be sent',
  )
  must(!(end.kind === 'approved' && end.reversalNeeded), 'approved and reversed')
}

/** A change: which answer (counted from 0), how, and with what. */
function makeChange(random: SeededRandom): Uint8Array {
  const content = random.chance(500) ? randomTlvs(random) : random.bytes(random.below(24))
  return Uint8Array.from([random.below(16), random.below(6), ...content.subarray(0, 240)])
}

class NonsenseWorld {
  readonly #card
  readonly #changes: ReadonlyMap<number, Uint8Array>
  readonly #people: number
  readonly #random = fixedRandom()
  #exchanges = 0
  #steps = 0

  constructor(card: number, changes: readonly Uint8Array[], people: number) {
    const image = CHIP_IMAGES[card % CHIP_IMAGES.length]
    must(image !== undefined, 'no card')
    this.#card = createChipCard(image, { random: fixedRandom() })
    this.#card.powerOn()
    this.#changes = new Map(changes.map((change) => [change[0] ?? 0, change.subarray(1)]))
    this.#people = people
  }

  run<T>(flow: Flow<T>): T {
    let step = flow.next()
    while (step.done !== true) {
      must(++this.#steps < STEPS_MAX, 'the kernel does not come to an end')
      step = flow.next(this.#perform(step.value))
    }
    return step.value
  }

  #perform(effect: Effect): unknown {
    switch (effect.kind) {
      case 'transmit': {
        must(effect.apdu.length >= 4 && effect.apdu.length <= 261, 'a command of a size that no card takes')
        const bytes = this.#changed(this.#card.transmit(effect.apdu), this.#exchanges++)
        return bytes.length < 2 ? { kind: 'cardRemoved' } : { kind: 'response', bytes }
      }
      case 'random':
        return this.#random.bytes(effect.size)
      case 'pinPad':
        return this.#pinPad()
      case 'ask':
        return this.#ask(effect.question)
      case 'display':
        return undefined
      default:
        throw new Error(`the kernel must not ask for ${effect.kind}`)
    }
  }

  #pinPad(): PinPadAnswer {
    const kinds = ['pinBypassed', 'cancelled', 'timeout'] as const
    if (this.#people % 4 === 0) return { kind: 'pinEntered', pinBlock: new Uint8Array(8).fill(0x11) }
    return { kind: kinds[(this.#people % 4) - 1] ?? 'cancelled' }
  }

  #ask(question: Question): QuestionAnswer {
    if (this.#people >= 0x80) return { kind: 'cancelled' }
    if (question.kind === 'choose') {
      const option = question.options[this.#people % Math.max(1, question.options.length)]
      return option === undefined ? { kind: 'timeout' } : { kind: 'chosen', id: option.id }
    }
    return question.kind === 'confirm' ? { kind: 'confirmed' } : { kind: 'entered', text: '1' }
  }

  /** The answer of the real card, as a change says; the changes of the last exchanges hold for all after them. */
  #changed(answer: Uint8Array, exchange: number): Uint8Array {
    const change = this.#changes.get(exchange)
    if (change === undefined) return answer
    const [how = 0, ...rest] = change
    const content = Uint8Array.from(rest)
    const data = answer.subarray(0, -2)
    switch (how % 6) {
      case 0:
        return content
      case 1:
        return concatBytes([content, Uint8Array.of(0x90, 0)])
      case 2: {
        const mask = new Uint8Array(answer.length)
        mask.set(content.subarray(0, answer.length))
        return xorBytes(answer, mask)
      }
      case 3:
        return answer.subarray(0, content[0] ?? 0)
      case 4:
        return this.#withTlvs(data, content)
      default:
        return concatBytes([encodeTlv('77', content), Uint8Array.of(0x90, 0)])
    }
  }

  /** Well-formed objects, but other ones. */
  #withTlvs(data: Uint8Array, content: Uint8Array): Uint8Array {
    const seed = content.reduce((sum, byte) => (sum * 31 + byte) | 0, 7)
    const random = fixedRandom()
    for (let skipped = seed & 0xff; skipped > 0; skipped--) random.word()
    return concatBytes([changeTlvs(data, random).subarray(0, 254), Uint8Array.of(0x90, 0)])
  }
}
