import { concatBytes, fromHex } from '../../../src/base/bytes.ts'
import { SW } from '../../../src/emv/apdu.ts'
import { encodeTlv } from '../../../src/emv/ber-tlv.ts'
import { dolSize } from '../../../src/emv/dol.ts'
import { checkIssuerAuthentication } from '../../../src/emv/schemes.ts'
import type { CardContext } from './card-context.ts'
import { recordList } from './card-objects.ts'
import { respond, respondOk } from './card-response.ts'
import type { CardSession } from './card-session.ts'
import { privateOperation, signEmv } from './card-signature.ts'

const DYNAMIC_NUMBER_SIZE = 8
/** A card without a list signs the unpredictable number alone. Source: EMV Book 2, 6.5.1. */
const DEFAULT_DDOL_SIZE = 4

/** INTERNAL AUTHENTICATE: a fresh signature. Source: EMV Book 3, 6.5.9; EMV Book 2, 6.5.1. */
export function authenticateInternally(
  context: CardContext,
  session: CardSession,
  data: Uint8Array,
): Uint8Array {
  const { application } = session
  if (application.signatureKey === undefined) return respond(SW.unknownInstruction)
  if (session.phase === 'selected') return respond(SW.conditionsNotSatisfied)
  const list = recordList(application, '9F49')
  const size = list.length > 0 ? dolSize(list) : DEFAULT_DDOL_SIZE
  if (data.length !== size) return respond(SW.wrongLength)
  const number = context.random.bytes(DYNAMIC_NUMBER_SIZE)
  const signature = signDynamic(context, session, concatBytes([Uint8Array.of(number.length), number]), data)
  session.signedDynamically = true
  return respondOk(
    application.responseFormat === '80'
      ? encodeTlv('80', signature)
      : encodeTlv('77', encodeTlv('9F4B', signature)),
  )
}

/** Tag 9F4B over dynamic data and what the terminal gave. The card must have a key. */
export function signDynamic(
  context: CardContext,
  { application }: CardSession,
  dynamicData: Uint8Array,
  terminalData: Uint8Array,
): Uint8Array {
  const { modulus, privateExponent } = application.signatureKey ?? { modulus: '', privateExponent: '' }
  const body = concatBytes([Uint8Array.of(0x05, 0x01, dynamicData.length), dynamicData])
  const signature = signEmv(
    (bytes) => context.cipher.sha1(bytes),
    privateOperation(modulus, privateExponent),
    modulus.length / 2,
    body,
    terminalData,
  )
  if (context.image.faults?.wrongSignature === true)
    signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1
  return signature
}

/** EXTERNAL AUTHENTICATE: once a transaction, after an ARQC. Source: EMV Book 3, 6.5.4. */
export function authenticateExternally(
  context: CardContext,
  session: CardSession,
  data: Uint8Array,
): Uint8Array {
  if (session.phase !== 'online' || session.issuerAuthentication !== 'notDone') {
    return respond(SW.conditionsNotSatisfied)
  }
  if (!isAuthenticationSize(session, data.length)) return respond(SW.wrongLength)
  return noteIssuerAuthentication(context, session, data) ? respondOk() : respond(SW.warningChanged)
}

function isAuthenticationSize({ application }: CardSession, size: number): boolean {
  return application.scheme === 'visa-cvn18' ? size >= 8 && size <= 16 : size === 10
}

/** Checks tag 91, however it came, and remembers the outcome. */
export function noteIssuerAuthentication(
  context: CardContext,
  session: CardSession,
  data: Uint8Array,
): boolean {
  const { application, request } = session
  const { scheme, keys, state } = application
  const authentic =
    request !== undefined &&
    context.image.faults?.refusesIssuer !== true &&
    checkIssuerAuthentication(
      context.cipher,
      scheme,
      fromHex(keys.ac),
      request.context,
      request.cryptogram,
      data,
    ).authentic
  session.issuerAuthentication = authentic ? 'right' : 'wrong'
  state.issuerAuthenticationFailed = !authentic
  context.changed()
  return authentic
}
