import { toHex } from '../../base/bytes.ts'
import { createTdes } from '../../crypto/block-cipher.ts'
import { nodeRandom } from '../../crypto/node-random.ts'
import {
  decipherPinField4,
  decodePinBlock,
  decodePinField4,
  encipherPinBlock4,
  encodePinBlock,
  type PinBlockError,
  type PinBlockFormat,
} from '../../crypto/pin-block.ts'
import { pinField } from './calc-dukpt.ts'
import { CalcFailure } from './calc-failure.ts'
import type { CalcInputs } from './calc-inputs.ts'
import { type CalcOutputs, type Operation, outputs } from './operation.ts'

/** PIN blocks both ways. Source: ISO 9564-1:2017, 9.3 and 9.4. */
export const PIN_BLOCK: Operation = {
  category: 'pin-block',
  zh: 'PIN 块：格式 0、1、2、3、4 的组装与解开',
  en: 'PIN blocks of formats 0, 1, 2, 3 and 4, made and taken apart',
  inputs: [
    ['format', '0, 1, 2, 3 or 4'],
    ['pin', '4 to 12 digits: gives the block'],
    ['pan', 'card number; zeros stand in its place when left out (format 0, field 53 = 1)'],
    ['filler', 'hexadecimal digits that fill formats 1 and 3; random when left out'],
    ['clearBlock', 'clear block: gives the PIN'],
    ['key', 'TDES key of 8, 16 or 24 bytes, or AES key for format 4'],
    ['encrypted', 'encrypted block: gives the PIN'],
    ['pinField', 'clear PIN field of format 4, instead of a PIN'],
  ],
  run(inputs) {
    const format = inputs.text('format').trim()[0]
    switch (format) {
      case '0':
      case '1':
      case '2':
      case '3':
        return shortBlock(inputs, Number(format) as PinBlockFormat)
      case '4':
        return longBlock(inputs)
      default:
        throw new CalcFailure('format is none of 0, 1, 2, 3, 4')
    }
  },
}

function shortBlock(inputs: CalcInputs, format: PinBlockFormat): CalcOutputs {
  const pan = inputs.optionalDigits('pan', 8, 19)
  const key = inputs.optionalHex('key', 8, 16, 24)
  const cipher = key && createTdes(key)
  const pin = inputs.optionalDigits('pin', 4, 12)
  if (pin !== undefined) {
    const block = encodePinBlock({ format, pin, pan, filler: fillerOf(inputs, pin), random: nodeRandom })
    return outputs({ clearBlock: toHex(block), encrypted: cipher && toHex(cipher.encrypt(block)) })
  }
  const encrypted = inputs.optionalHex('encrypted', 8)
  if (encrypted !== undefined && cipher === undefined) throw new CalcFailure('key is missing')
  const block = (encrypted && cipher?.decrypt(encrypted)) ?? inputs.hex('clearBlock', 8)
  const result = decodePinBlock({ format, block, pan })
  if (!result.ok) throw new CalcFailure(errorText(result.error))
  return outputs({ pin: result.value, clearBlock: encrypted && toHex(block) })
}

function fillerOf(inputs: CalcInputs, pin: string): string | undefined {
  const filler = inputs.optionalText('filler')
  if (filler === undefined) return undefined
  if (!/^[0-9A-Fa-f]*$/.test(filler) || filler.length < 14 - pin.length)
    throw new CalcFailure(`filler is not ${14 - pin.length} hexadecimal digits`)
  return filler
}

function longBlock(inputs: CalcInputs): CalcOutputs {
  const key = inputs.hex('key', 16, 24, 32)
  const pan = inputs.digits('pan', 8, 19)
  const field = pinField(inputs)
  if (field !== undefined) {
    return { clearPinField: toHex(field), encrypted: toHex(encipherPinBlock4(key, field, pan)) }
  }
  const clear = decipherPinField4(key, inputs.hex('encrypted', 16), pan)
  const pin = decodePinField4(clear)
  if (!pin.ok) throw new CalcFailure(errorText(pin.error))
  return { pin: pin.value, clearPinField: toHex(clear) }
}

const ERRORS: { readonly [kind in PinBlockError['kind']]: string } = {
  wrongSize: 'the block has a wrong size',
  wrongFormat: 'the block has another format, or another key or card number was used',
  badLength: 'the PIN length in the block is not 4 to 12',
  badDigit: 'the block has a PIN digit that is none: another key or card number was used',
  badFiller: 'the fill of the block is wrong: another key or card number was used',
}

function errorText({ kind }: PinBlockError): string {
  return ERRORS[kind]
}
