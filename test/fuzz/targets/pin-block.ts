import { equalBytes } from '../../../src/base/bytes.ts'
import {
  decipherPinBlock4,
  decodePinBlock,
  decodePinField4,
  encipherPinBlock4,
  encodePinBlock,
  encodePinField4,
  type PinBlockFormat,
} from '../../../src/crypto/pin-block.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { InputReader } from '../input-reader.ts'

const FORMATS: readonly PinBlockFormat[] = [0, 1, 2, 3]
const PANS = ['6210948000000029', '476173900101011', '1', undefined] as const
const AES = Uint8Array.from({ length: 16 }, (_, index) => index)

/** Format, card number, block: a block that holds a PIN is the block of that PIN. */
export const target: FuzzTarget = {
  sizeMax: 40,
  seeds: () => [
    ...FORMATS.flatMap((format) =>
      PANS.map((pan, index) =>
        Uint8Array.from([
          format,
          index,
          ...encodePinBlock({ format, pin: '123456', pan, filler: 'ABCDEFABCDEFAB' }),
        ]),
      ),
    ),
    Uint8Array.from([0, 0, ...encodePinField4('1234', new Uint8Array(8))]),
  ],
  run(input) {
    const reader = new InputReader(input)
    const format = reader.pick(FORMATS)
    const pan = reader.pick(PANS)
    const block = Uint8Array.from(reader.rest())
    const pin = decodePinBlock({ format, block, pan })
    if (pin.ok) {
      must(/^\d{4,12}$/.test(pin.value), 'a PIN that is none')
      if (format === 0 || format === 2)
        must(
          equalBytes(encodePinBlock({ format, pin: pin.value, pan }), block),
          'another block of the same PIN',
        )
    }
    const four = decodePinField4(block)
    if (four.ok)
      must(equalBytes(encodePinField4(four.value, block.subarray(8)), block), 'another field of the same PIN')
    const number = pan ?? '0'
    const clear = decipherPinBlock4(AES, block, number)
    if (clear.ok) must(/^\d{4,12}$/.test(clear.value), 'a PIN that is none')
    if (four.ok)
      must(decipherPinBlock4(AES, encipherPinBlock4(AES, block, number), number).ok, 'a PIN is lost')
  },
}
