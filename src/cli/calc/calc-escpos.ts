import type { RealTimeStatusKind } from '../../../hardware/protocol/escpos.ts'
import { decodePaperStatus, decodeRealTimeStatus } from '../../../hardware/protocol/printer-status.ts'
import { CalcFailure } from './calc-failure.ts'
import type { CalcInputs } from './calc-inputs.ts'
import { describeEscPos } from './describe-escpos.ts'
import type { CalcOutputs, Operation } from './operation.ts'

/** Source: ESC/POS command reference. */
export const ESC_POS: Operation = {
  category: 'escpos',
  zh: 'ESC/POS 打印指令解析',
  en: 'ESC/POS commands told in words',
  inputs: [['hex', 'the bytes']],
  run: (inputs) => ({ meaning: describeEscPos(inputs.hex('hex')).join(', ') }),
}

/** Source: ESC/POS, DLE EOT n and GS r n. */
export const ESC_POS_STATUS: Operation = {
  category: 'escpos-status',
  zh: 'ESC/POS 打印机状态',
  en: 'status replies of an ESC/POS printer',
  inputs: [
    ['command', 'the request: 100401 to 100404, or 1D7201'],
    ['reply', 'the byte that came back'],
  ],
  run(inputs) {
    const [first, second, kind] = inputs.hex('command', 3)
    const reply = inputs.hex('reply', 1)[0] ?? 0
    if (first === 0x10 && second === 0x04) return realTime(kind ?? 0, reply)
    if (first === 0x1d && second === 0x72) return paper(inputs, reply)
    throw new CalcFailure('command is neither DLE EOT n nor GS r n')
  },
}

function realTime(kind: number, reply: number): CalcOutputs {
  if (kind !== 1 && kind !== 2 && kind !== 3 && kind !== 4) throw new CalcFailure('DLE EOT takes 1 to 4')
  const status = decodeRealTimeStatus(kind satisfies RealTimeStatusKind, reply)
  if (status === undefined) throw new CalcFailure('reply has not the fixed bits of a status byte')
  const { kind: _, ...members } = status
  return members
}

function paper(_inputs: CalcInputs, reply: number): CalcOutputs {
  const status = decodePaperStatus(reply)
  if (status === undefined) throw new CalcFailure('reply has not the fixed bits of a status byte')
  return { ...status }
}
