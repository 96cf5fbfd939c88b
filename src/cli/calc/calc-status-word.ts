import { statusText } from '../../emv/apdu.ts'
import type { Operation } from './operation.ts'

/** Source: ISO/IEC 7816-4, 5.1.3. */
export const STATUS_WORD: Operation = {
  category: 'status-word',
  zh: '卡片状态字 SW1 SW2',
  en: 'status word of a card',
  inputs: [['sw', '2 bytes']],
  run(inputs) {
    const [high = 0, low = 0] = inputs.hex('sw', 2)
    const status = high * 256 + low
    return { meaning: statusText(status), meaningZh: statusText(status, 'zh') }
  },
}
