import { toHex } from '../../base/bytes.ts'
import { CalcFailure } from './calc-failure.ts'
import { type Operation, outputs } from './operation.ts'

const LETTERS = ['A', 'B', 'C', 'D'] as const

/** Answer to reset of a chip card. Source: ISO/IEC 7816-3, 8.2. */
export const ATR: Operation = {
  category: 'atr',
  zh: '卡片复位应答 ATR 解析',
  en: 'answer to reset taken apart',
  inputs: [['atr', 'the bytes']],
  run(inputs) {
    const atr = inputs.hex('atr')
    const convention = { 59: 'direct', 63: 'inverse', 3: 'inverse' }[atr[0] ?? 0]
    if (convention === undefined) throw new CalcFailure('atr begins with no convention (3B or 3F)')
    const format = atr[1]
    if (format === undefined) throw new CalcFailure('atr ends before T0')
    const { characters, protocols, end } = interfaceCharacters(atr, format)
    const historicalSize = format & 0x0f
    const historical = atr.subarray(end, end + historicalSize)
    if (historical.length < historicalSize) throw new CalcFailure('atr ends inside its historical characters')
    const named = protocols.length === 0 ? [0] : protocols
    const hasCheck = named.some((protocol) => protocol !== 0)
    const rest = atr.subarray(end + historicalSize)
    if (rest.length > 1 || (hasCheck && rest.length === 0))
      throw new CalcFailure('atr is longer or shorter than its characters say')
    const check = atr.subarray(1).reduce((sum, byte) => sum ^ byte, 0)
    return outputs({
      convention,
      T0: toHex(Uint8Array.of(format)),
      ...characters,
      protocols: named,
      historical: toHex(historical),
      tckPresent: rest.length === 1,
      tck: rest.length === 1 ? toHex(rest) : undefined,
      tckValid: rest.length === 1 ? check === 0 : undefined,
    })
  },
}

/** TA1, TB1 and so on by name, the protocols in their order, and where the historical characters begin. */
function interfaceCharacters(atr: Uint8Array, format: number) {
  const characters: { [name: string]: string } = {}
  const protocols = new Set<number>()
  let at = 2
  let present = format >> 4
  for (let group = 1; present !== 0; group++) {
    const letters = LETTERS.filter((_, bit) => (present & (1 << bit)) !== 0)
    for (const letter of letters) {
      const byte = atr[at]
      if (byte === undefined) throw new CalcFailure(`atr ends before T${letter}${group}`)
      characters[`T${letter}${group}`] = toHex(Uint8Array.of(byte))
      at += 1
    }
    const last = atr[at - 1] ?? 0
    present = letters.includes('D') ? last >> 4 : 0
    if (letters.includes('D')) protocols.add(last & 15)
  }
  return { characters, protocols: [...protocols], end: at }
}
