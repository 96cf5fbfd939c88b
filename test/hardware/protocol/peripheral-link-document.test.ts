import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeDeviceStatus, decodeIdentity } from '../../../hardware/protocol/device-payloads.ts'
import {
  ADDRESS,
  COMMAND,
  EVENT,
  EVENT_REPEAT_MS,
  EVENT_TRIES_MAX,
  GAP_TIMEOUT_MS,
  LINK,
  REPLY,
  WORKING_ACK_MS,
} from '../../../hardware/protocol/link-codes.ts'
import {
  encodeFrame,
  FROM_DEVICE,
  LinkDecoder,
  type LinkFrame,
  PAYLOAD_SIZE_MAX,
} from '../../../hardware/protocol/link-frame.ts'
import {
  decodeEnterPin,
  decodeMac,
  decodePinResult,
  decodeShow,
  decodeWorkingKeys,
} from '../../../hardware/protocol/pin-pad-payloads.ts'
import { decodeArm, decodeCardEvent } from '../../../hardware/protocol/reader-payloads.ts'
import { fromHex, toHex } from '../../../src/base/bytes.ts'

const text = readFileSync(new URL('../../../docs/peripheral-link.md', import.meta.url), 'utf8')

interface Example {
  readonly direction: string
  readonly hex: string
}

const examples: readonly Example[] = [...text.matchAll(/^([<>]) ([0-9A-F ]+)$/gm)].map(
  ([, direction = '', hex = '']) => ({ direction, hex: hex.replaceAll(' ', '') }),
)

function frameOf({ hex }: Example): LinkFrame {
  const [item] = new LinkDecoder().push(fromHex(hex))
  if (item?.kind !== 'frame') throw new Error(`no frame: ${hex}`)
  return item.frame
}

/** Whether the code understands a payload; commands without one are empty. */
const READERS: Readonly<Record<number, (payload: Uint8Array) => unknown>> = {
  [COMMAND.arm]: decodeArm,
  [COMMAND.loadWorkingKeys]: decodeWorkingKeys,
  [COMMAND.enterPin]: decodeEnterPin,
  [COMMAND.mac]: decodeMac,
  [COMMAND.show]: decodeShow,
  [COMMAND.identify | REPLY]: (payload) => decodeIdentity(payload.subarray(1)),
  [COMMAND.status | REPLY]: (payload) => decodeDeviceStatus(payload.subarray(1)),
  [EVENT.card]: decodeCardEvent,
  [EVENT.pinResult]: decodePinResult,
}

describe('docs/peripheral-link.md', () => {
  it('has examples of commands, replies, events and acknowledgements', () => {
    const commands = new Set(examples.map((each) => frameOf(each).command))
    expect(examples.length).toBeGreaterThan(25)
    for (const code of [...Object.values(EVENT), LINK.ack, ...Object.keys(READERS).map(Number)]) {
      expect(commands).toContain(code)
    }
  })

  it.each(examples)('$direction $hex', (example) => {
    const frame = frameOf(example)
    expect(toHex(encodeFrame(frame))).toBe(example.hex)
    expect((frame.address & FROM_DEVICE) !== 0).toBe(example.direction === '<')
    const read = READERS[frame.command]
    if (read !== undefined) expect(read(frame.payload)).toBeDefined()
  })

  it('names the numbers of the code', () => {
    const constants = Object.fromEntries(
      [...text.matchAll(/TW_([A-Z_]+) = (0x[0-9A-F]+|\d+)/g)].map(([, name = '', value]) => [
        name,
        Number(value),
      ]),
    )
    const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
    for (const [name, value] of Object.entries(COMMAND)) expect(constants[snake(name)], name).toBe(value)
    for (const [name, value] of Object.entries(EVENT))
      expect(constants[`EV_${snake(name)}`], name).toBe(value)
    expect(constants).toMatchObject({
      FROM_DEVICE,
      REPLY,
      PAYLOAD_MAX: PAYLOAD_SIZE_MAX,
      READER: ADDRESS.cardReader,
      PINPAD: ADDRESS.pinPad,
      ACK: LINK.ack,
      NAK: LINK.nak,
      GAP_MS: GAP_TIMEOUT_MS,
      WORKING_MS: WORKING_ACK_MS,
      EVENT_REPEAT_MS,
      EVENT_TRIES: EVENT_TRIES_MAX,
    })
  })
})
