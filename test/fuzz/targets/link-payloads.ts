import * as device from '../../../hardware/protocol/device-payloads.ts'
import * as loading from '../../../hardware/protocol/key-loading-payloads.ts'
import * as pad from '../../../hardware/protocol/pin-pad-payloads.ts'
import { StatusSplitter } from '../../../hardware/protocol/printer-status.ts'
import * as reader from '../../../hardware/protocol/reader-payloads.ts'
import { bytesToAscii, equalBytes } from '../../../src/base/bytes.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'

type Form = readonly [
  name: string,
  decode: (bytes: Uint8Array) => unknown,
  encode: (value: never) => Uint8Array,
]

/** Each reader of a payload with the writer that has to give the same bytes. */
const FORMS: readonly Form[] = [
  ['identity', device.decodeIdentity, device.encodeIdentity],
  ['status', device.decodeDeviceStatus, device.encodeDeviceStatus],
  ['arm', reader.decodeArm, reader.encodeArm],
  ['signal', reader.decodeSignal, reader.encodeSignal],
  ['card', reader.decodeCardEvent, reader.encodeCardEvent],
  ['working keys', pad.decodeWorkingKeys, pad.encodeWorkingKeys],
  ['PIN result', pad.decodePinResult, pad.encodePinResult],
  ['MAC', pad.decodeMac, pad.encodeMac],
  [
    'certificate part',
    loading.decodeCertificatePart,
    ({ index, offset }: { index: number; offset: number }) => loading.encodeCertificatePart(index, offset),
  ],
  [
    'package part',
    loading.decodePackagePart,
    ({ hasMore, data }: { hasMore: boolean; data: Uint8Array }) => loading.encodePackagePart(hasMore, data),
  ],
  ['component', loading.decodeEnterComponent, loading.encodeEnterComponent],
  [
    'joining',
    loading.decodeJoinComponents,
    ({ algorithm, checkValue }: { algorithm: 'tdes' | 'sm4'; checkValue: Uint8Array }) =>
      loading.encodeJoinComponents(algorithm, checkValue),
  ],
  ['component result', loading.decodeComponentResult, loading.encodeComponentResult],
]

/** Payloads of the peripheral link and bytes of a printer. */
export const target: FuzzTarget = {
  sizeMax: 600,
  seeds: () => [
    device.encodeIdentity({
      protocolVersion: 1,
      deviceClass: 2,
      bootId: 7,
      serialNumber: 'TW1',
      firmware: 'pad 1',
    }),
    device.encodeDeviceStatus({ bootId: 7, flags: 3, fault: 0 }),
    reader.encodeArm({ chip: true, stripe: false, timeoutMs: 1000 }),
    reader.encodeArm({ chip: true, stripe: true, technologies: 3, timeoutMs: 1000 }),
    reader.encodeSignal({ lights: 3, beep: 'alert', durationMs: 1500 }),
    reader.encodeCardEvent({ kind: 'contactless', technology: 'B', answer: Uint8Array.of(1, 2) }),
    reader.encodeCardEvent({
      kind: 'stripe',
      track1: undefined,
      track2: '6210948000000029=3012',
      track3: undefined,
    }),
    reader.encodeCardEvent({ kind: 'chip', atr: Uint8Array.of(0x3b, 0) }),
    pad.encodeWorkingKeys({
      algorithm: 'tdes',
      keys: [{ slot: 'pinKey', cryptogram: new Uint8Array(16), checkValue: new Uint8Array(4) }],
    }),
    pad.encodePinResult({ kind: 'entered', pinBlock: new Uint8Array(8) }),
    pad.encodeMac({ algorithm: 'x9.19', hasMore: true, data: Uint8Array.of(1, 2) }),
    pad.encodeEnterPin({
      pan: '6210948000000029',
      amountText: '12.34',
      lengthMin: 4,
      lengthMax: 12,
      timeoutMs: 9,
    }),
    pad.encodeShow(['one', '二']),
    loading.encodeEnterComponent({ index: 1, algorithm: 'sm4', timeoutMs: 60_000 }),
    loading.encodeComponentResult({ kind: 'entered', checkValue: new Uint8Array(4) }),
    Uint8Array.of(0x16, 0x12, 0x12, 0x12, 0x10, 0, 0, 0x0f, 0x14, 0, 0x60, 0x0f),
  ],
  run(input) {
    for (const [name, decode, encode] of FORMS) {
      const value = decode(input)
      if (value !== undefined) must(equalBytes(encode(value as never), input), `${name} is written otherwise`)
    }
    const entry = pad.decodeEnterPin(input)
    if (entry !== undefined) must(entry.lengthMax <= 12, 'a PIN longer than a PIN')
    const lines = pad.decodeShow(input)
    if (lines !== undefined) must(lines.length <= 4, 'more lines than the screen has')
    const whole = new StatusSplitter().push(input).length
    const splitter = new StatusSplitter()
    const single = input.reduce((sum, byte) => sum + splitter.push(Uint8Array.of(byte)).length, 0)
    must(whole === single, 'chunks change what a printer says')
    bytesToAscii(input)
  },
}
