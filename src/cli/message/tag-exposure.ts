import type { Exposure } from '../../base/exposure.ts'

/** EMV objects that hold card data; all others may be shown. */
const EXPOSURES: Readonly<Record<string, Exposure>> = {
  '5A': 'truncatedPan',
  '56': 'never',
  '57': 'never',
  '5F20': 'never',
  '5F24': 'never',
  '9F0B': 'never',
  '9F1F': 'never',
  '9F20': 'never',
  '9F61': 'never',
  '9F6B': 'never',
  '99': 'never',
  '70': 'never',
  '77': 'never',
}

/** What may be shown of an EMV object. */
export function exposureOf(tag: string): Exposure {
  return EXPOSURES[tag] ?? 'clear'
}
