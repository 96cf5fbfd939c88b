import { concatBytes, equalBytes } from '../../base/bytes.ts'
import { ok, type Result } from '../../base/result.ts'
import { generateAcCommand, type RequestedCryptogram, SW } from '../../emv/apdu.ts'
import { decodeTlvs, encodeTlv, type Tlv } from '../../emv/ber-tlv.ts'
import { dolSize, fillDol, parseDol } from '../../emv/dol.ts'
import { verifyCombinedSignature } from '../../emv/dynamic-signature.ts'
import { type CryptogramKind, cryptogramKind, setBit, TSI, TVR } from '../../emv/results.ts'
import type { Flow } from '../flows/effect.ts'
import { badCard, exchange } from './card-channel.ts'
import type { CardCryptogram, ContactSession } from './contact-session.ts'
import type { ContactStep, ContactStop } from './contact-stop.ts'

/** A cryptogram, and whether it stands: with CDA its signature must be right too. */
export interface GeneratedCryptogram {
  readonly cryptogram: CardCryptogram
  readonly isAuthentic: boolean
}

/** What the card may answer to each request: the same or less, never more. Source: EMV Book 3, 6.5.5.4. */
const ALLOWED: Readonly<Record<RequestedCryptogram, readonly CryptogramKind[]>> = {
  TC: ['TC', 'ARQC', 'AAC'],
  ARQC: ['ARQC', 'AAC'],
  AAC: ['AAC'],
}

/** The second one decides: there is nothing left to go online for. */
const ALLOWED_SECOND: readonly CryptogramKind[] = ['TC', 'AAC']
const CDOL_SIZE_MAX = 252

/** GENERATE AC, the first or the second. Source: EMV Book 3, 6.5.5; EMV Book 2, 6.6. */
export function* generateCryptogram(
  session: ContactSession,
  which: 'first' | 'second',
  requested: RequestedCryptogram,
): Flow<Result<GeneratedCryptogram, ContactStop>> {
  const step: ContactStep = which === 'first' ? 'firstCryptogram' : 'secondCryptogram'
  const list = parseDol(session.card.get(which === 'first' ? '8C' : '8D') ?? new Uint8Array(0))
  if (!list.ok || dolSize(list.value) > CDOL_SIZE_MAX) return badCard(step)
  const data = fillDol(list.value, (tag) => session.lookup(tag))
  if (which === 'first') session.cdol1Data = data
  const combined = session.authentication === 'cda' && session.iccKey !== undefined && requested !== 'AAC'
  const answer = yield* exchange(generateAcCommand(requested, combined, data), step)
  if (!answer.ok) return answer
  if (answer.value.status !== SW.ok) return badCard(step)
  const objects = readResponse(Uint8Array.from(answer.value.data))
  if (objects === undefined) return badCard(step)
  const generated = readCryptogram(session, objects, combined ? data : undefined, which)
  if (generated === undefined) return badCard(step)
  const allowed = which === 'first' ? ALLOWED[requested] : ALLOWED[requested].filter(isSecond)
  if (!allowed.includes(generated.cryptogram.kind)) return badCard(step)
  store(session, objects, generated.cryptogram)
  if (which === 'first') setBit(session.tsi, TSI.cardRiskManagementPerformed)
  return ok(generated)
}

function isSecond(kind: CryptogramKind): boolean {
  return ALLOWED_SECOND.includes(kind)
}

/** Objects of a response to GENERATE AC, format 1 or 2; undefined when it is neither. Source: EMV Book 3, 6.5.5.4. */
export function readResponse(data: Uint8Array): readonly Tlv[] | undefined {
  const outer = decodeTlvs(data)
  const only = outer.ok && outer.value.length === 1 ? outer.value[0] : undefined
  if (only?.tag === '77') {
    const inner = decodeTlvs(only.value)
    return inner.ok ? inner.value : undefined
  }
  const value = only?.tag === '80' ? only.value : undefined
  if (value === undefined || value.length < 11 || value.length > 43) return undefined
  const issuerData = value.subarray(11)
  return [
    { tag: '9F27', value: value.subarray(0, 1) },
    { tag: '9F36', value: value.subarray(1, 3) },
    { tag: '9F26', value: value.subarray(3, 11) },
    ...(issuerData.length > 0 ? [{ tag: '9F10', value: issuerData }] : []),
  ]
}

function objectValue(objects: readonly Tlv[], tag: string, size: number): Uint8Array | undefined {
  const value = objects.find((object) => object.tag === tag)?.value
  return value?.length === size ? value : undefined
}

/** `signedData`: data of the command when CDA was asked for. */
function readCryptogram(
  session: ContactSession,
  objects: readonly Tlv[],
  signedData: Uint8Array | undefined,
  which: 'first' | 'second',
): GeneratedCryptogram | undefined {
  const information = objectValue(objects, '9F27', 1)?.[0]
  const counter = objectValue(objects, '9F36', 2)
  if (information === undefined || counter === undefined) return undefined
  const kind = cryptogramKind(information)
  const plain = objectValue(objects, '9F26', 8)
  if (signedData === undefined || kind === 'AAC') {
    return plain && { cryptogram: { kind, information, value: plain }, isAuthentic: true }
  }
  setBit(session.tsi, TSI.offlineAuthenticationPerformed)
  const signed = openCombined(session, objects, signedData, which)
  if (signed !== undefined && signed.information === information) {
    return { cryptogram: { kind, ...signed }, isAuthentic: true }
  }
  setBit(session.tvr, TVR.cdaFailed)
  return { cryptogram: { kind, information, value: plain ?? new Uint8Array(8) }, isAuthentic: false }
}

/** Undefined when the signature is missing or wrong. */
function openCombined(
  session: ContactSession,
  objects: readonly Tlv[],
  commandData: Uint8Array,
  which: 'first' | 'second',
): { readonly information: number; readonly value: Uint8Array } | undefined {
  const { config, iccKey, unpredictableNumber } = session
  const signature = objects.find(({ tag }) => tag === '9F4B')?.value
  if (signature === undefined || iccKey === undefined) return undefined
  const opened = verifyCombinedSignature(config.sha1, iccKey, signature, unpredictableNumber)
  if (!opened.ok) return undefined
  const others = objects.filter(({ tag }) => tag !== '9F4B')
  const hashed = concatBytes([
    session.pdolData,
    session.cdol1Data,
    ...(which === 'second' ? [commandData] : []),
    ...others.map(({ tag, value }) => encodeTlv(tag, value)),
  ])
  const { transactionDataHash, cryptogramInformation, cryptogram, dynamicNumber } = opened.value
  if (!equalBytes(config.sha1(hashed), transactionDataHash)) return undefined
  session.card.set('9F4C', Uint8Array.from(dynamicNumber))
  return { information: cryptogramInformation, value: Uint8Array.from(cryptogram) }
}

function store(session: ContactSession, objects: readonly Tlv[], cryptogram: CardCryptogram): void {
  for (const { tag, value } of objects) session.card.set(tag, value)
  session.card.set('9F26', cryptogram.value)
  session.card.set('9F27', Uint8Array.of(cryptogram.information))
  session.cryptogram = cryptogram
  session.firstCryptogram ??= cryptogram
}
