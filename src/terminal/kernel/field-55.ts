import { encodeTlvs } from '../../emv/ber-tlv.ts'
import type { ContactSession } from './contact-session.ts'

/** Tags in the order of the dialect; those that the card or the transaction lacks are left out. */
const SALE = [
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
const REVERSAL = ['95', '9F1E', '9F10', '9F36', 'DF31'] as const
const SCRIPT_RESULT = [
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

/**
 * Field 55 of a message. `sale` also serves the batch upload, once the second cryptogram is there. A script
 * result names the cryptogram that the issuer answered.
 *
 * Source: docs of the UnionPay dialect, 8.
 */
export function buildField55(
  session: ContactSession,
  kind: 'sale' | 'reversal' | 'scriptResult',
): Uint8Array {
  const tags = kind === 'sale' ? SALE : kind === 'reversal' ? REVERSAL : SCRIPT_RESULT
  const items: (readonly [string, Uint8Array])[] = []
  for (const tag of tags) {
    const value =
      kind === 'scriptResult' && tag === '9F26' ? session.firstCryptogram?.value : fieldValue(session, tag)
    if (value !== undefined) items.push([tag, value])
  }
  return encodeTlvs(items)
}

function fieldValue(session: ContactSession, tag: string): Uint8Array | undefined {
  return tag === '84' ? session.application.name : session.lookup(tag)
}
