import type { SeededRandom } from '../../../sim/world/seeded-random.ts'
import { VirtualClock } from '../../../sim/world/virtual-clock.ts'
import type { ByteStream } from '../../../src/base/ports.ts'
import { LENGTH_PREFIXES, lengthPrefixBytes } from '../../../src/iso8583/framing/length-prefix.ts'
import { DialedHostLink } from '../../../src/terminal/runtime/dialed-host-link.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { InputReader } from '../input-reader.ts'
import { MemoryLine } from '../memory-line.ts'
import { changeSteps, joinSteps, splitSteps } from '../script-mutator.ts'

const ACTIONS = ['send', 'receive', 'bytes', 'time', 'lose', 'connect', 'refuse', 'disconnect'] as const
const FRAME_SIZE_MAX = 300

/** A host that says anything at any time: each send and each receive is answered once, whole frames only. */
export const target: FuzzTarget = {
  sizeMax: 1200,
  seeds: () =>
    LENGTH_PREFIXES.map((prefix, index) =>
      joinSteps(
        [index],
        [
          step('send', 20),
          step('connect'),
          step('receive', 100),
          step('bytes', ...lengthPrefixBytes(prefix, 5), 1, 2, 3, 4, 5),
          step('send', 1),
          step('lose'),
          step('receive', 10),
          step('send', 3),
          step('refuse'),
          step('time', 255),
        ],
      ),
    ),
  run(input) {
    const link = new Link(new InputReader(input).byte())
    for (const each of splitSteps(input, 1)) link.perform(each)
    link.finish()
  },
  mutate: (input, random) => changeSteps(input, 1, random, makeStep),
}

function step(action: (typeof ACTIONS)[number], ...data: readonly number[]): Uint8Array {
  return Uint8Array.from([ACTIONS.indexOf(action), ...data])
}

function makeStep(random: SeededRandom): Uint8Array {
  const prefix = random.pick(LENGTH_PREFIXES)
  const size = random.below(20)
  const frame = [...lengthPrefixBytes(prefix, size), ...random.bytes(size)]
  return random.chance(400) ? step('bytes', ...frame) : step(random.pick(ACTIONS), random.below(256))
}

class Link {
  readonly #clock = new VirtualClock()
  readonly #link: DialedHostLink
  #line = new MemoryLine()
  #connected: ((stream: ByteStream) => void) | undefined
  #failed: ((reason: string) => void) | undefined
  #isSending = false
  #isReceiving = false

  constructor(prefix: number) {
    this.#link = new DialedHostLink(
      {
        prefix: LENGTH_PREFIXES[prefix % LENGTH_PREFIXES.length] ?? 'binary2',
        frameSizeMax: FRAME_SIZE_MAX,
        connectTimeoutMs: 1000,
        idleTimeoutMs: 5000,
      },
      {
        dial: (connected, failed) => {
          this.#connected = connected
          this.#failed = failed
          return () => this.#forgetDial()
        },
      },
      this.#clock,
    )
  }

  perform([action = 0, ...data]: Uint8Array): void {
    const [first = 0] = data
    switch (ACTIONS[action % ACTIONS.length]) {
      case 'send':
        this.#send(first * 2)
        break
      case 'receive':
        this.#receive(1 + first * 20)
        break
      case 'bytes':
        this.#line.give(Uint8Array.from(data))
        break
      case 'time':
        this.#wait(first * 40)
        break
      case 'lose':
        this.#line.lose()
        break
      case 'connect':
        this.#connect()
        break
      case 'refuse': {
        const failed = this.#failed
        this.#forgetDial()
        failed?.('refused')
        break
      }
      default:
        this.#link.disconnect()
    }
  }

  #forgetDial(): void {
    this.#connected = undefined
    this.#failed = undefined
  }

  #connect(): void {
    const connected = this.#connected
    if (connected === undefined) return
    this.#forgetDial()
    this.#line = new MemoryLine()
    connected(this.#line)
  }

  #send(size: number): void {
    if (this.#isSending) return
    this.#isSending = true
    this.#link.send(new Uint8Array(size).fill(0x33), () => {
      must(this.#isSending, 'a send was answered twice')
      this.#isSending = false
    })
  }

  #receive(timeoutMs: number): void {
    if (this.#isReceiving) return
    this.#isReceiving = true
    this.#link.receive(timeoutMs, (answer) => {
      must(this.#isReceiving, 'a receive was answered twice')
      this.#isReceiving = false
      if (answer.kind === 'frame')
        must(answer.frame.length > 0 && answer.frame.length <= FRAME_SIZE_MAX, 'a frame of another size')
    })
  }

  #wait(durationMs: number): void {
    const endMs = this.#clock.nowMs() + durationMs
    this.#clock.schedule(endMs, () => {})
    for (let steps = 0; this.#clock.nowMs() < endMs && this.#clock.step(); steps++)
      must(steps < 1000, 'timers without end')
  }

  finish(): void {
    this.#wait(20_000)
    must(!this.#isSending && !this.#isReceiving, 'something stays without an answer')
    this.#link.disconnect()
    must(this.#clock.timerCount === 0, 'a timer is left')
  }
}
