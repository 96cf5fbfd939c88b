import Iso8583 from 'iso_8583'
import type { Message } from '../../src/iso8583/message.ts'
import { requireThat } from '../bench-part.ts'
import { type PeerCodec, presentFields } from './peer-codec.ts'

/** Fields whose form in UnionPay's dialect is not that of the package's tables. */
const ASCII_FORMS = {
  53: { ContentType: 'n', Label: 'Security related control information', LenType: 'fixed', MaxLen: 16 },
  64: { ContentType: 'b', Label: 'Message authentication code', LenType: 'fixed', MaxLen: 16 },
}

/** npm `iso_8583`: it knows no packed digits, so its message has the same values as ASCII. */
export function asciiPeer(message: Message): PeerCodec {
  const fields: Record<string, string> = { 0: message.mti }
  for (const [bit, text] of presentFields(message)) fields[bit] = text
  const bytes = new Iso8583(fields, ASCII_FORMS).getBufferMessage()
  requireThat(bytes instanceof Uint8Array, `iso_8583 did not encode: ${JSON.stringify(bytes)}`)
  const back = new Iso8583({}, ASCII_FORMS).getIsoJSON(bytes)
  const lost = Object.entries(fields).find(([bit, text]) => back[bit]?.toUpperCase() !== text)
  requireThat(lost === undefined, `iso_8583 did not give field ${lost?.[0]} back`)
  return {
    size: bytes.length,
    decode: () => new Iso8583({}, ASCII_FORMS).getIsoJSON(bytes),
    encode: () => new Iso8583(fields, ASCII_FORMS).getBufferMessage(),
  }
}
