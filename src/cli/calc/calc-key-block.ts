import { toHex } from '../../base/bytes.ts'
import {
  isProtectionKeySize,
  parseKeyBlockHeader,
  unwrapKeyBlock,
  wrapKeyBlock,
} from '../../crypto/key-block.ts'
import { nodeRandom } from '../../crypto/node-random.ts'
import { CalcFailure } from './calc-failure.ts'
import type { Operation } from './operation.ts'

/** TR-31 key blocks both ways. Source: ASC X9 TR 31-2018. */
export const KEY_BLOCK: Operation = {
  category: 'key-block',
  zh: 'TR-31 密钥块（版本 B、D）',
  en: 'TR-31 key blocks of versions B and D',
  inputs: [
    ['protectionKey', 'key block protection key'],
    ['keyBlock', 'a block: gives the key'],
    ['key', 'a key: gives a block'],
    ['header', 'first 16 characters of the block to make, such as D0000P0TE00N0000'],
  ],
  run(inputs) {
    const protectionKey = inputs.hex('protectionKey', 16, 24, 32)
    const block = inputs.optionalText('keyBlock')
    if (block !== undefined) {
      const opened = unwrapKeyBlock(protectionKey, block)
      if (!opened.ok) throw new CalcFailure(`the key block is not good: ${opened.error.kind}`)
      const { usage, algorithm, modeOfUse, version } = opened.value.header
      return { key: toHex(opened.value.key), version, usage, algorithm, modeOfUse }
    }
    const text = inputs.text('header')
    const header = parseKeyBlockHeader(text.length === 16 ? `${text.slice(0, 1)}0016${text.slice(5)}` : text)
    if (!header.ok || text.length !== 16)
      throw new CalcFailure('header is no 16 characters of a TR-31 header')
    if (!isProtectionKeySize(header.value.header.version, protectionKey.length))
      throw new CalcFailure('protectionKey has a size that this version does not take')
    const key = inputs.hex('key')
    if (key.length === 0 || key.length > 512) throw new CalcFailure('key is not 1 to 512 bytes')
    return {
      keyBlock: wrapKeyBlock({ protectionKey, header: header.value.header, key, random: nodeRandom }),
    }
  },
}
