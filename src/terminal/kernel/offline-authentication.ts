import { equalBytes, toHex } from '../../base/bytes.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { internalAuthenticateCommand, SW } from '../../emv/apdu.ts'
import { decodeTlvs, findTlv } from '../../emv/ber-tlv.ts'
import {
  isCertificateExpired,
  recoverIccKey,
  recoverIssuerKey,
  staticDataToAuthenticate,
  verifyStaticSignature,
} from '../../emv/certificates.ts'
import { fillDol, parseDol } from '../../emv/dol.ts'
import { verifyDynamicSignature } from '../../emv/dynamic-signature.ts'
import { AIP, CAPABILITY, hasBit, type ResultBit, setBit, TSI, TVR } from '../../emv/results.ts'
import type { Flow } from '../flows/effect.ts'
import { exchange } from './card-channel.ts'
import type { AuthenticationMethod, ContactSession, RecoveredKey } from './contact-session.ts'
import type { ContactStop } from './contact-stop.ts'
import type { CaPublicKey } from './kernel-config.ts'

/** What the step notes when an authentication goes wrong. */
const FAILED: Readonly<Record<AuthenticationMethod, ResultBit>> = {
  sda: TVR.sdaFailed,
  dda: TVR.ddaFailed,
  cda: TVR.cdaFailed,
}

/** Objects that each method needs from the card. Source: EMV Book 3, 7.5. */
const NEEDED: Readonly<Record<AuthenticationMethod, readonly string[]>> = {
  sda: ['8F', '90', '9F32', '93'],
  dda: ['8F', '90', '9F32', '9F46', '9F47'],
  cda: ['8F', '90', '9F32', '9F46', '9F47'],
}

/** CDA before DDA before SDA, of what both sides have. Source: EMV Book 3, 10.3. */
export function chooseMethod(
  interchangeProfile: Uint8Array,
  terminalCapabilities: Uint8Array,
): AuthenticationMethod | undefined {
  const methods = ['cda', 'dda', 'sda'] as const
  return methods.find(
    (method) => hasBit(interchangeProfile, AIP[method]) && hasBit(terminalCapabilities, CAPABILITY[method]),
  )
}

/**
 * Offline data authentication. What fails is noted in the TVR; only a card that goes away stops. CDA is prepared
 * here and finished with the cryptogram.
 *
 * Source: EMV Book 3, 10.3; EMV Book 2, 5 and 6.
 */
export function* authenticateOffline(session: ContactSession): Flow<Result<void, ContactStop>> {
  const profile = session.card.get('82') ?? new Uint8Array(2)
  const method = chooseMethod(profile, session.config.terminalCapabilities)
  session.authentication = method
  if (method === undefined) {
    setBit(session.tvr, TVR.offlineAuthenticationNotPerformed)
    return ok(undefined)
  }
  if (method === 'sda') setBit(session.tvr, TVR.sdaSelected)
  if (NEEDED[method].some((tag) => !session.card.has(tag))) {
    setBit(session.tvr, TVR.iccDataMissing)
    return conclude(session, method, false)
  }
  if (method === 'sda') return conclude(session, method, authenticateStatically(session))
  session.iccKey = recoverCardKey(session)
  if (method === 'cda') {
    if (session.iccKey === undefined) return conclude(session, method, false)
    return ok(undefined)
  }
  const authentic = yield* authenticateDynamically(session)
  return authentic.ok ? conclude(session, method, authentic.value) : authentic
}

function conclude(
  session: ContactSession,
  method: AuthenticationMethod,
  authentic: boolean,
): { readonly ok: true; readonly value: undefined } {
  setBit(session.tsi, TSI.offlineAuthenticationPerformed)
  if (!authentic) setBit(session.tvr, FAILED[method])
  return ok(undefined)
}

function authenticateStatically(session: ContactSession): boolean {
  const issuerKey = recoverIssuer(session)
  const staticData = staticDataOf(session)
  if (issuerKey === undefined || staticData === undefined) return false
  const code = verifyStaticSignature(session.config.sha1, issuerKey, need(session, '93'), staticData)
  if (code.ok) session.card.set('9F45', code.value)
  return code.ok
}

function* authenticateDynamically(session: ContactSession): Flow<Result<boolean, ContactStop>> {
  if (session.iccKey === undefined) return ok(false)
  const ddol = parseDol(session.card.get('9F49') ?? session.application.parameters.defaultDdol)
  // Without the unpredictable number a recorded signature would do.
  if (!ddol.ok || !ddol.value.some(({ tag }) => tag === '9F37')) return ok(false)
  const data = fillDol(ddol.value, (tag) => session.lookup(tag))
  const answer = yield* exchange(internalAuthenticateCommand(data), 'offlineAuthentication')
  if (!answer.ok) return err(answer.error)
  if (answer.value.status !== SW.ok) return ok(false)
  const signature = signatureOf(answer.value.data)
  if (signature === undefined) return ok(false)
  const verified = verifyDynamicSignature(session.config.sha1, session.iccKey, signature, data)
  if (verified.ok) session.card.set('9F4C', Uint8Array.from(verified.value.dynamicNumber))
  return ok(verified.ok)
}

/** Signed dynamic application data of a response in either format. */
function signatureOf(data: Uint8Array): Uint8Array | undefined {
  const outer = decodeTlvs(data)
  const only = outer.ok && outer.value.length === 1 ? outer.value[0] : undefined
  if (only?.tag === '80') return only.value
  return only?.tag === '77' ? findTlv(only.value, '9F4B') : undefined
}

/** The card's public key by its chain of certificates; undefined when one of them is not right. Source: EMV Book 2, 6.4. */
export function recoverCardKey(session: ContactSession): RecoveredKey | undefined {
  const issuerKey = recoverIssuer(session)
  const staticData = staticDataOf(session)
  if (issuerKey === undefined || staticData === undefined) return undefined
  const recovered = recoverIccKey(session.config.sha1, issuerKey, {
    certificate: need(session, '9F46'),
    remainder: session.card.get('9F48'),
    exponent: need(session, '9F47'),
    staticData,
    pan: panOf(session),
  })
  if (!recovered.ok) return undefined
  const { localTime } = session.transaction
  return isCertificateExpired(recovered.value.expiry, localTime) ? undefined : recovered.value.key
}

function recoverIssuer(session: ContactSession): RecoveredKey | undefined {
  const caKey = findCaKey(session)
  if (caKey === undefined) return undefined
  const recovered = recoverIssuerKey(session.config.sha1, caKey, {
    certificate: need(session, '90'),
    remainder: session.card.get('92'),
    exponent: need(session, '9F32'),
    pan: panOf(session),
  })
  if (!recovered.ok) return undefined
  const { localTime } = session.transaction
  return isCertificateExpired(recovered.value.expiry, localTime) ? undefined : recovered.value.key
}

function findCaKey({ application, card, config, transaction }: ContactSession): CaPublicKey | undefined {
  const rid = application.name.subarray(0, 5)
  const index = card.get('8F')?.[0]
  const { year, month, day } = transaction.localTime
  const today = (year % 100) * 10_000 + month * 100 + day
  return config.caKeys.find(
    (key) =>
      key.index === index &&
      equalBytes(key.rid, rid) &&
      (key.expiry === undefined || Number(key.expiry) >= today),
  )
}

function staticDataOf(session: ContactSession): Uint8Array | undefined {
  if (session.staticDataMalformed) return undefined
  return staticDataToAuthenticate(session.staticRecords, session.card.get('9F4A'), need(session, '82'))
}

function panOf(session: ContactSession): string {
  return toHex(need(session, '5A')).replace(/F+$/, '')
}

function need(session: ContactSession, tag: string): Uint8Array {
  return session.card.get(tag) ?? new Uint8Array(0)
}
