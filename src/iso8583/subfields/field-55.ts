/**
 * Tags of field 55 in the order of the UnionPay POS dialect; those that the card or the transaction lacks are left out.
 * Source: docs of the UnionPay dialect, 8.
 */
export const SALE_TAGS = [
  '9F26',
  '9F27',
  '9F10',
  '9F37',
  '9F36',
  '95',
  '9A',
  '9C',
  '9F02',
  '5F2A',
  '82',
  '9F1A',
  '9F03',
  '9F33',
  '9F34',
  '9F35',
  '9F1E',
  '84',
  '9F09',
  '9F41',
  '9F63',
  '9F74',
] as const
export const REVERSAL_TAGS = ['95', '9F1E', '9F10', '9F36', 'DF31'] as const
export const SCRIPT_RESULT_TAGS = [
  '9F33',
  '95',
  '9F37',
  '9F1E',
  '9F10',
  '9F26',
  '9F36',
  '82',
  'DF31',
  '9F1A',
  '9A',
] as const
