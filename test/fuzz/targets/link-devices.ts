import { CardReaderDevice } from '../../../hardware/emulator/card-reader-device.ts'
import type { CardImage } from '../../../hardware/emulator/chip-card/card-image.ts'
import { createChipCard } from '../../../hardware/emulator/chip-card/chip-card.ts'
import { DeviceLine } from '../../../hardware/emulator/device-line.ts'
import type { PadMemoryContent } from '../../../hardware/emulator/pad-memory.ts'
import { type PadKey, PinPadDevice } from '../../../hardware/emulator/pin-pad-device.ts'
import { ADDRESS, COMMAND, LINK } from '../../../hardware/protocol/link-codes.ts'
import { encodeFrame, FRAME_SIZE_MAX, PAYLOAD_SIZE_MAX } from '../../../hardware/protocol/link-frame.ts'
import * as pad from '../../../hardware/protocol/pin-pad-payloads.ts'
import { encodeArm } from '../../../hardware/protocol/reader-payloads.ts'
import type { SeededRandom } from '../../../sim/world/seeded-random.ts'
import { simEstate } from '../../../sim/world/sim-estate.ts'
import { VirtualClock } from '../../../sim/world/virtual-clock.ts'
import { asciiToBytes, concatBytes, toHex } from '../../../src/base/bytes.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { MemoryLine } from '../memory-line.ts'
import { changeSteps, joinSteps, splitSteps } from '../script-mutator.ts'
import { CHIP_IMAGES, fixedRandom } from '../test-cards.ts'

const KEYS: readonly PadKey[] = ['1', '2', '3', '4', '5', '6', 'clear', 'enter', 'cancel']
const { protectionKey, keyBlock } = simEstate().padKeys(0)
const MEMORY: PadMemoryContent = {
  serialNumber: 'TWPPFUZZ',
  keyBlockProtectionKey: protectionKey,
  dataKey: '11'.repeat(32),
  masterKey: { algorithm: 'tdes', key: '0123456789ABCDEFFEDCBA9876543210' },
  workingKeyAlgorithm: 'tdes',
  pinKey: '0123456789ABCDEFFEDCBA9876543210',
  macKey: '0123456789ABCDEF',
  trackKey: '0123456789ABCDEFFEDCBA9876543210',
}
const SM4_KEY = 'FEDCBA98765432100123456789ABCDEF'
const SM4_MEMORY: PadMemoryContent = {
  ...MEMORY,
  masterKey: { algorithm: 'sm4', key: SM4_KEY },
  workingKeyAlgorithm: 'sm4',
  pinKey: SM4_KEY,
  macKey: SM4_KEY,
  trackKey: SM4_KEY,
}
/** A card that says more than a frame holds: each piece announces the next. */
const TALKATIVE: CardImage = {
  format: 'tillwire-card-1',
  name: 'talkative',
  replay: {
    atr: '3B00',
    exchanges: [
      { command: '00A4040000', response: `${'AA'.repeat(256)}61FF` },
      { command: '00C00000FF', response: `${'BB'.repeat(256)}61FF` },
    ],
  },
}
/** What a step does; the rest of it are its data. */
const ACTIONS = ['frame', 'bytes', 'time', 'key', 'insert', 'remove', 'restart', 'longFrame'] as const

/** What a terminal, or noise, says to reader and pad: they stay devices, and no key and no PIN comes out. */
export const target: FuzzTarget = {
  sizeMax: 1500,
  seeds: () => [
    joinSteps(
      [],
      [step('frame', 1, COMMAND.identify), step('frame', 2, COMMAND.identify), step('insert', 0)],
    ),
    joinSteps(
      [],
      [
        step('frame', 1, COMMAND.arm, ...encodeArm({ chip: true, stripe: true, timeoutMs: 500 })),
        step('insert', 4),
        step('frame', 1, COMMAND.transmit, 0, 0xa4, 4, 0, 0),
      ],
    ),
    joinSteps(
      [],
      [
        step(
          'frame',
          2,
          COMMAND.enterPin,
          ...pad.encodeEnterPin({
            pan: '6210948000000029',
            amountText: '1',
            lengthMin: 4,
            lengthMax: 6,
            timeoutMs: 9000,
          }),
        ),
        ...[0, 1, 2, 3, 7].map((key) => step('key', key)),
      ],
    ),
    joinSteps(
      [],
      [
        step('frame', 2, COMMAND.loadMasterKey, ...asciiToBytes(keyBlock)),
        step(
          'frame',
          2,
          COMMAND.mac,
          ...pad.encodeMac({ algorithm: 'x9.19', hasMore: false, data: Uint8Array.of(1) }),
        ),
      ],
    ),
    joinSteps([0], [step('longFrame', 2, COMMAND.protect, 250), step('longFrame', 2, COMMAND.mac, 255)]),
  ],
  run(input) {
    const board = new Board((input[0] ?? 0) % 2 === 1)
    for (const each of splitSteps(input, 1)) board.perform(each)
    board.finish()
  },
  mutate: (input, random) => changeSteps(input, 1, random, makeStep),
}

function step(action: (typeof ACTIONS)[number], ...data: readonly number[]): Uint8Array {
  return Uint8Array.from([ACTIONS.indexOf(action), ...data])
}

function makeStep(random: SeededRandom): Uint8Array {
  const payloads = [
    encodeArm({ chip: random.chance(700), stripe: random.chance(700), timeoutMs: random.below(900) }),
    pad.encodeMac({
      algorithm: 'unionpay-ecb',
      hasMore: random.chance(500),
      data: random.bytes(random.below(60)),
    }),
    pad.encodeWorkingKeys({
      algorithm: random.pick(['tdes', 'sm4']),
      keys: [
        { slot: 'pinKey', cryptogram: random.bytes(random.pick([8, 16, 24])), checkValue: random.bytes(4) },
      ],
    }),
    asciiToBytes('6210948000000029D30122011'),
    pad.encodeShow(['a', 'b']),
    random.bytes(random.below(30)),
  ]
  const command = random.pick(Object.values(COMMAND))
  return Uint8Array.from([
    random.below(ACTIONS.length),
    random.pick([1, 2]),
    command,
    ...random.pick(payloads),
  ])
}

class Board {
  readonly #clock = new VirtualClock()
  readonly #line = new MemoryLine()
  readonly #devices = new DeviceLine(this.#clock)
  readonly #reader: CardReaderDevice
  readonly #pad: PinPadDevice
  #sequence = 0

  /** A pad with SM4 keys or one with TDES keys. */
  constructor(isSm4: boolean) {
    const random = fixedRandom()
    const memory: { content: PadMemoryContent; save(content: PadMemoryContent): void } = {
      content: isSm4 ? SM4_MEMORY : MEMORY,
      save(content: PadMemoryContent) {
        this.content = content
      },
    }
    this.#reader = new CardReaderDevice({
      clock: this.#clock,
      random,
      serialNumber: 'TWCRFUZZ',
      lamp: () => {},
    })
    this.#pad = new PinPadDevice({ clock: this.#clock, random, memory, screenChanged: () => {} })
    this.#devices.add(ADDRESS.cardReader, this.#reader.session)
    this.#devices.add(ADDRESS.pinPad, this.#pad.session)
    this.#devices.attach(this.#line)
  }

  perform([action = 0, first = 0, second = 0, ...rest]: Uint8Array): void {
    switch (ACTIONS[action % ACTIONS.length]) {
      case 'frame':
        this.#frame(first, second, Uint8Array.from(rest))
        break
      case 'longFrame': {
        const size = Math.min(PAYLOAD_SIZE_MAX, (rest[0] ?? 0) * 4 + 4)
        this.#frame(first, second, new Uint8Array(size).fill(rest[1] ?? 0))
        break
      }
      case 'bytes':
        this.#line.give(Uint8Array.from([first, second, ...rest]))
        break
      case 'time':
        this.#wait(first * 10)
        break
      case 'key':
        this.#pad.press(KEYS[first % KEYS.length] ?? '1')
        break
      case 'insert': {
        const image = [...CHIP_IMAGES, TALKATIVE][first % (CHIP_IMAGES.length + 1)]
        if (image !== undefined)
          this.#reader.insert(createChipCard(image, { random: fixedRandom() }), second > 250)
        break
      }
      case 'remove':
        this.#reader.remove()
        break
      default:
        if (first % 2 === 0) this.#reader.restart()
        else this.#pad.restart()
    }
  }

  #frame(address: number, command: number, payload: Uint8Array): void {
    this.#sequence = (this.#sequence + 1) & 0xff
    this.#line.give(encodeFrame({ address: address & 0x7f, sequence: this.#sequence, command, payload }))
    // Events are acknowledged now and then, so that the next one comes.
    if (this.#sequence % 2 === 0)
      this.#line.give(
        encodeFrame({
          address: address & 0x7f,
          sequence: (this.#sequence / 2) & 0xff,
          command: LINK.ack,
          payload: new Uint8Array(0),
        }),
      )
  }

  #wait(durationMs: number): void {
    const endMs = this.#clock.nowMs() + durationMs
    this.#clock.schedule(endMs, () => {})
    for (let steps = 0; this.#clock.nowMs() < endMs && this.#clock.step(); steps++)
      must(steps < 1000, 'timers without end')
  }

  finish(): void {
    this.#wait(60_000)
    for (const bytes of this.#line.written) must(bytes.length <= FRAME_SIZE_MAX, 'more than a frame')
    const said = toHex(concatBytes(this.#line.written))
    for (const key of [
      SM4_KEY,
      MEMORY.pinKey,
      MEMORY.macKey,
      MEMORY.dataKey,
      MEMORY.masterKey?.key,
      protectionKey,
    ])
      must(key === undefined || !said.includes(key), 'a key came out')
    must(!said.includes(toHex(asciiToBytes('123456'))), 'a PIN came out')
  }
}
