import { encodeTlvs } from '../../emv/ber-tlv.ts'
import { REVERSAL_TAGS, SALE_TAGS, SCRIPT_RESULT_TAGS } from '../../iso8583/subfields/field-55.ts'
import type { ContactSession } from './contact-session.ts'

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
  const tags = kind === 'sale' ? SALE_TAGS : kind === 'reversal' ? REVERSAL_TAGS : SCRIPT_RESULT_TAGS
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
