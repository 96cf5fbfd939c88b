import { randomBytes } from 'node:crypto'
import { toHex } from '../../base/bytes.ts'
import { createTdes } from '../../crypto/block-cipher.ts'
import { deriveInitialKeyAes, deriveTransactionKeyAes, deriveWorkingKeyAes } from '../../crypto/dukpt-aes.ts'
import { deriveInitialKeyTdes, deriveTransactionKeyTdes, dukptTdesVariant } from '../../crypto/dukpt-tdes.ts'
import { aesCmac, macX919 } from '../../crypto/mac.ts'
import { encipherPinBlock4, encodePinBlock, encodePinField4 } from '../../crypto/pin-block.ts'
import { CalcFailure } from './calc-failure.ts'
import type { CalcInputs } from './calc-inputs.ts'
import { type CalcOutputs, type Operation, outputs } from './operation.ts'

/** DUKPT with TDES. Source: ANSI X9.24-1:2009, A.2 to A.4. */
export const DUKPT_TDES: Operation = {
  category: 'dukpt-tdes',
  zh: 'DUKPT（TDES）：初始密钥、交易密钥、PIN 块、MAC',
  en: 'DUKPT with TDES: initial key, transaction key, PIN block, MACs',
  inputs: [
    ['bdk', 'base derivation key, 16 bytes'],
    ['ik', 'initial key, 16 bytes, instead of the BDK'],
    ['iksn', 'initial key serial number, 10 bytes: gives the initial key'],
    ['ksn', 'key serial number of a transaction, 10 bytes'],
    ['pin', '4 to 12 digits: gives the PIN block of format 0'],
    ['pan', 'card number'],
    ['macData', 'text to authenticate; "… (hex)" for bytes'],
  ],
  run(inputs) {
    const serialName = inputs.has('ksn') ? 'ksn' : 'iksn'
    const serial = inputs.hex(serialName, 10)
    const initialKey = inputs.optionalHex('ik', 16) ?? deriveInitialKeyTdes(inputs.hex('bdk', 16), serial)
    if (serialName === 'iksn') return { ik: toHex(initialKey) }
    const key = deriveTransactionKeyTdes(initialKey, serial)
    return outputs({
      transactionKey: toHex(key),
      pinBlockFormat0Encrypted: tdesPinBlock(inputs, key),
      ...tdesMacs(inputs, key),
    })
  },
}

function tdesPinBlock(inputs: CalcInputs, key: Uint8Array): string | undefined {
  const pin = inputs.optionalDigits('pin', 4, 12)
  if (pin === undefined) return undefined
  const block = encodePinBlock({ format: 0, pin, pan: inputs.digits('pan', 8, 19) })
  return toHex(createTdes(dukptTdesVariant(key, 'pin')).encrypt(block))
}

function tdesMacs(inputs: CalcInputs, key: Uint8Array): CalcOutputs {
  if (!inputs.has('macData')) return {}
  const data = inputs.data('macData')
  const mac = (usage: 'macRequest' | 'macResponse'): string =>
    toHex(macX919(dukptTdesVariant(key, usage), data).subarray(0, 4))
  return { macRequest4: mac('macRequest'), macResponse4: mac('macResponse') }
}

/** DUKPT with AES-128. Source: ANSI X9.24-3:2017, 6. */
export const DUKPT_AES: Operation = {
  category: 'dukpt-aes',
  zh: 'DUKPT（AES-128）：初始密钥、工作密钥、PIN 块、CMAC',
  en: 'DUKPT with AES-128: initial key, working keys, PIN block, CMAC',
  inputs: [
    ['bdk', 'base derivation key, 16 bytes'],
    ['ik', 'initial key, 16 bytes, instead of the BDK'],
    ['initialKeyId', '8 bytes: gives the initial key'],
    ['ksn', 'key serial number of a transaction, 12 bytes'],
    ['pinField', 'clear PIN field of format 4, 16 bytes'],
    ['pin', '4 to 12 digits, with a random fill, instead of the field'],
    ['pan', 'card number'],
    ['cmacData', 'text to authenticate; "… (hex)" for bytes'],
  ],
  run(inputs) {
    if (!inputs.has('ksn'))
      return { ik: toHex(deriveInitialKeyAes(inputs.hex('bdk', 16), inputs.hex('initialKeyId', 8))) }
    const serial = inputs.hex('ksn', 12)
    const initialKey =
      inputs.optionalHex('ik', 16) ?? deriveInitialKeyAes(inputs.hex('bdk', 16), serial.subarray(0, 8))
    const key = deriveTransactionKeyAes(initialKey, serial)
    const working = (usage: 'pin' | 'macGeneration' | 'dataEncrypt'): Uint8Array =>
      deriveWorkingKeyAes(key, usage, 'aes128', serial)
    const field = pinField(inputs)
    return outputs({
      transactionKey: toHex(key),
      pinKey: toHex(working('pin')),
      macGenerationKey: toHex(working('macGeneration')),
      dataEncryptKey: toHex(working('dataEncrypt')),
      encryptedPinBlockFormat4:
        field && toHex(encipherPinBlock4(working('pin'), field, inputs.digits('pan', 8, 19))),
      cmacRequest: inputs.has('cmacData')
        ? toHex(aesCmac(working('macGeneration'), inputs.data('cmacData')))
        : undefined,
    })
  },
}

/** Given, or made from a PIN with a random fill. */
export function pinField(inputs: CalcInputs): Uint8Array | undefined {
  const field = inputs.optionalHex('pinField', 16)
  if (field !== undefined) {
    if (((field[0] ?? 0) & 0xf0) !== 0x40) throw new CalcFailure('pinField is no field of format 4')
    return field
  }
  const pin = inputs.optionalDigits('pin', 4, 12)
  return pin === undefined ? undefined : encodePinField4(pin, randomBytes(8))
}
