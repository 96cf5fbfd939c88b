import { isAcceptableAtr } from '../../../hardware/emulator/answer-to-reset.ts'
import { equalBytes, toHex } from '../../../src/base/bytes.ts'
import { ATR } from '../../../src/cli/calc/calc-atr.ts'
import { CalcFailure } from '../../../src/cli/calc/calc-failure.ts'
import { CalcInputs } from '../../../src/cli/calc/calc-inputs.ts'
import { isSuccessOrWarning, parseCommand, splitResponse, statusText } from '../../../src/emv/apdu.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { publicBytes } from '../seed-inputs.ts'

/** A command, a response or an answer to reset: taken apart, nothing is lost; two readers of an ATR agree. */
export const target: FuzzTarget = {
  sizeMax: 280,
  seeds: () => [
    ...publicBytes().filter(({ length }) => length <= 40),
    ...['3B6500002063CBA000', '3B00', '3F6525000000900D', '3BF81300008131FE454A434F5076323431B7'].map((hex) =>
      Uint8Array.from(Buffer.from(hex, 'hex')),
    ),
  ],
  run(input) {
    const command = parseCommand(input)
    if (command !== undefined) {
      const { cla, ins, p1, p2, data, expected } = command
      must(equalBytes(Uint8Array.of(cla, ins, p1, p2), input.subarray(0, 4)), 'another header')
      must(expected === undefined || (expected >= 1 && expected <= 256), 'an expected size outside its range')
      const size = 4 + (data.length > 0 ? 1 + data.length : 0) + (expected === undefined ? 0 : 1)
      must(size === input.length, 'bytes of a command are lost')
    }
    const response = splitResponse(input)
    must((response === undefined) === input.length < 2, 'a response of another size')
    if (response !== undefined) {
      must(
        response.data.length === input.length - 2 && response.status <= 0xffff,
        'bytes of a response are lost',
      )
      must(
        statusText(response.status, 'zh').length > 4 && statusText(response.status, 'en').length > 4,
        'no text',
      )
      isSuccessOrWarning(response.status)
    }
    if (isAcceptableAtr(input)) must(isReadable(input), 'an accepted answer to reset can not be read')
  },
  /** The check character of an answer to reset. */
  repair(input) {
    if (input.length < 3) return input
    const atr = Uint8Array.from(input)
    atr[0] = 0x3b
    atr[atr.length - 1] = atr.subarray(1, -1).reduce((check, byte) => check ^ byte, 0)
    return atr
  },
}

function isReadable(atr: Uint8Array): boolean {
  try {
    ATR.run(new CalcInputs({ atr: toHex(atr) }))
    return true
  } catch (error) {
    if (error instanceof CalcFailure) return false
    throw error
  }
}
