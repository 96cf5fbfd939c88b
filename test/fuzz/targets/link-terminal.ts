import iconv from 'iconv-lite'
import { encodeDeviceStatus, encodeIdentity } from '../../../hardware/protocol/device-payloads.ts'
import { EVENT, REPLY } from '../../../hardware/protocol/link-codes.ts'
import { encodeFrame, FROM_DEVICE, LinkDecoder } from '../../../hardware/protocol/link-frame.ts'
import { encodePinResult } from '../../../hardware/protocol/pin-pad-payloads.ts'
import { encodeCardEvent } from '../../../hardware/protocol/reader-payloads.ts'
import type { SeededRandom } from '../../../sim/world/seeded-random.ts'
import { VirtualClock } from '../../../sim/world/virtual-clock.ts'
import { concatBytes, fromHex } from '../../../src/base/bytes.ts'
import { LinkLine } from '../../../src/terminal/drivers/link-line.ts'
import { Peripherals } from '../../../src/terminal/drivers/peripherals.ts'
import { PrinterDriver } from '../../../src/terminal/drivers/printer-driver.ts'
import type { PeripheralEffect } from '../../../src/terminal/flows/peripheral-effect.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { MemoryLine } from '../memory-line.ts'
import { changeSteps, joinSteps, splitSteps } from '../script-mutator.ts'

const ACTIONS = ['reply', 'event', 'bytes', 'printer', 'time', 'begin', 'cancel', 'lose', 'attach'] as const
const EFFECTS: readonly PeripheralEffect[] = [
  { kind: 'awaitCard', accept: { chip: true, stripe: true }, timeoutMs: 5000 },
  { kind: 'transmit', apdu: fromHex('00A4040000') },
  { kind: 'releaseCard' },
  { kind: 'awaitCardRemoval', timeoutMs: 3000 },
  {
    kind: 'pinPad',
    command: {
      op: 'enterPin',
      pan: '6210948000000029',
      amountText: '1',
      lengthMin: 4,
      lengthMax: 6,
      timeoutMs: 4000,
    },
  },
  { kind: 'pinPad', command: { op: 'mac', algorithm: 'x9.19', data: new Uint8Array(2100) } },
  { kind: 'pinPad', command: { op: 'encryptTrack', digits: '6210948000000029D3012' } },
  { kind: 'pinPad', command: { op: 'loadMasterKey', keyBlock: 'B0080' } },
  { kind: 'print', document: { lines: [{ kind: 'text', text: '签购单 SLIP' }], cut: true } },
  { kind: 'deviceReport' },
]
const READER_ID = encodeIdentity({
  protocolVersion: 1,
  deviceClass: 1,
  bootId: 7,
  serialNumber: 'R',
  firmware: 'r',
})
const PAD_ID = encodeIdentity({
  protocolVersion: 1,
  deviceClass: 2,
  bootId: 7,
  serialNumber: 'P',
  firmware: 'p',
})
const STATUS = encodeDeviceStatus({ bootId: 7, flags: 1, fault: 0 })
const PRINTER_READY = Uint8Array.of(0x12, 0x12, 0x12, 0x12)

/** What devices, or noise, say to a terminal that works with them: each thing asked for is answered once. */
export const target: FuzzTarget = {
  sizeMax: 1500,
  seeds: () => {
    const found = [
      step('attach'),
      step('reply', 0, ...READER_ID),
      step('reply', 0, ...PAD_ID),
      step('reply', 0, ...STATUS),
      step('reply', 0, ...STATUS),
      step('reply', 0, 0),
      step('reply', 0, 0),
      step('printer', ...PRINTER_READY),
    ]
    return EFFECTS.map((_, index) =>
      joinSteps(
        [0],
        [
          ...found,
          step('begin', index),
          step('reply', 0),
          step('event', 1, EVENT.card, ...encodeCardEvent({ kind: 'chip', atr: Uint8Array.of(0x3b, 0) })),
          step('event', 2, EVENT.pinResult, ...encodePinResult({ kind: 'bypassed' })),
          step('printer', 0x10, 0, 0, 0x0f),
          step('printer', 0, 0, 0, 0),
          step('time', 40),
        ],
      ),
    )
  },
  run(input) {
    const terminal = new Terminal()
    for (const each of splitSteps(input, 1)) terminal.perform(each)
    terminal.finish()
  },
  mutate: (input, random) => changeSteps(input, 1, random, makeStep),
}

function step(action: (typeof ACTIONS)[number], ...data: readonly number[]): Uint8Array {
  return Uint8Array.from([ACTIONS.indexOf(action), ...data])
}

function makeStep(random: SeededRandom): Uint8Array {
  const payload = random.pick([
    READER_ID,
    PAD_ID,
    STATUS,
    PRINTER_READY,
    encodeCardEvent({ kind: 'stripeUnreadable' }),
    encodePinResult({ kind: 'entered', pinBlock: random.bytes(8) }),
    random.bytes(random.below(40)),
    Uint8Array.of(random.below(0x24)),
  ])
  const action = random.pick(ACTIONS)
  if (action === 'event')
    return step(action, random.pick([1, 2]), random.pick(Object.values(EVENT)), ...payload)
  if (action === 'begin') return step(action, random.below(EFFECTS.length))
  if (action === 'reply' && random.chance(700)) return step(action, 0, ...payload)
  return step(action, random.below(256), ...payload)
}

class Terminal {
  readonly #clock = new VirtualClock()
  readonly #link = new LinkLine(this.#clock)
  readonly #printer = new PrinterDriver({
    clock: this.#clock,
    encodeText: (text) => iconv.encode(text, 'gb18030'),
  })
  readonly #peripherals = new Peripherals({
    clock: this.#clock,
    readerLine: this.#link,
    pinPadLine: this.#link,
    printer: this.#printer,
  })
  readonly #asked: { readonly effect: PeripheralEffect; answers: number }[] = []
  #line = new MemoryLine()
  #printerLine = new MemoryLine()
  #eventSequence = 0

  perform([action = 0, ...data]: Uint8Array): void {
    const [first = 0, second = 0] = data
    switch (ACTIONS[action % ACTIONS.length]) {
      case 'reply':
        this.#reply(Uint8Array.from(data))
        break
      case 'event':
        this.#eventSequence += 1
        this.#give(first, this.#eventSequence, second & 0x7f, Uint8Array.from(data.slice(2)))
        break
      case 'bytes':
        this.#line.give(Uint8Array.from(data))
        break
      case 'printer':
        this.#printerLine.give(Uint8Array.from(data))
        break
      case 'time':
        this.#wait(first * 20)
        break
      case 'begin':
        this.#begin(EFFECTS[first % EFFECTS.length])
        break
      case 'cancel':
        this.#peripherals.cancel()
        break
      case 'lose':
        if (first % 2 === 0) this.#line.lose()
        else this.#printerLine.lose()
        break
      default:
        this.#attach()
    }
  }

  #attach(): void {
    this.#line = new MemoryLine()
    this.#printerLine = new MemoryLine()
    this.#link.attach(this.#line)
    this.#printer.attach(this.#printerLine)
  }

  /** One thing of a kind at a time: that is what the interpreter of effects keeps to. */
  #begin(effect: PeripheralEffect | undefined): void {
    if (effect === undefined || this.#asked.some(({ answers }) => answers === 0)) return
    const asked = { effect, answers: 0 }
    this.#asked.push(asked)
    this.#peripherals.perform(effect as never, () => {
      asked.answers++
    })
  }

  /** Answers the last command that has no answer yet, as its device would. */
  #reply(payload: Uint8Array): void {
    const items = new LinkDecoder().push(concatBytes(this.#line.written.slice(-2)))
    const frame = items
      .flatMap((item) => (item.kind === 'frame' && item.frame.command !== 6 ? [item.frame] : []))
      .at(-1)
    if (frame === undefined) return
    const isAck = payload.length === 0
    this.#give(frame.address, frame.sequence, isAck ? 6 : frame.command | REPLY, payload)
  }

  #give(address: number, sequence: number, command: number, payload: Uint8Array): void {
    this.#line.give(
      encodeFrame({ address: address | FROM_DEVICE, sequence: sequence & 0xff, command, payload }),
    )
  }

  #wait(durationMs: number): void {
    const endMs = this.#clock.nowMs() + durationMs
    this.#clock.schedule(endMs, () => {})
    for (let steps = 0; this.#clock.nowMs() < endMs && this.#clock.step(); steps++)
      must(steps < 5000, 'timers without end')
  }

  finish(): void {
    this.#peripherals.cancel()
    this.#wait(10_000)
    this.#peripherals.close()
    this.#wait(10_000)
    for (const { effect, answers } of this.#asked)
      must(answers === 1, `${effect.kind} got ${answers} answers`)
    must(this.#clock.timerCount === 0, 'a timer is left')
  }
}
