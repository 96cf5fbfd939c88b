import { asciiToBytes, bytesToAscii, concatBytes, fromHex, toHex } from '../../base/bytes.ts'
import { decodeTlvs, encodeTlvs } from '../../emv/ber-tlv.ts'
import { parseDownloadReply } from '../../iso8583/subfields/field-62.ts'
import { parseRateEntries } from '../../iso8583/subfields/rate-table.ts'
import type { DownloadRecord, DownloadSet, StagedDownload } from './download-model.ts'
import { DOWNLOAD_SETS } from './download-model.ts'
import { applicationOf, binaryContactlessValues, caKeyOf, contactlessValues } from './download-objects.ts'
import { append, type Flow } from './effect.ts'
import { exchange, sealRequest } from './exchange.ts'
import { textField } from './host-reply.ts'
import { concludePadTrouble } from './pad-services.ts'
import { parameterChanges } from './parameter-changes.ts'
import { showMessage } from './show.ts'
import { concludeNoReply, concludeRefusal } from './sign-in.ts'
import { ended, refuse, type Step } from './step.ts'
import type { CommandOutcome } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { TerminalProfile } from './terminal-profile.ts'
import { managementField60 } from './transaction-message.ts'

/** Message type and field 60.3 of each step. Source: docs of the UnionPay dialect, 4. */
interface DownloadCodes {
  /** Lists what there is, or brings all of it. */
  readonly first: readonly [mti: '0800' | '0820', code: string]
  /** Brings one object of a list. */
  readonly one?: string
  readonly end: string
}
const CODES: Readonly<Record<Exclude<DownloadSet, 'rates'>, DownloadCodes>> = {
  parameters: { first: ['0800', '360'], end: '361' },
  caKeys: { first: ['0820', '372'], one: '370', end: '371' },
  applications: { first: ['0820', '382'], one: '380', end: '381' },
  blacklist: { first: ['0800', '390'], end: '391' },
  contactless: { first: ['0800', '394'], end: '395' },
}

/** The numbers for the rates are nobody's but ours: the profile has them. */
function codesOf({ ratesCode }: TerminalProfile, set: DownloadSet): DownloadCodes {
  if (set !== 'rates') return CODES[set]
  return { first: ['0800', ratesCode], end: String(Number(ratesCode) + 1) }
}

/** Pages of a list, and tries with a host that changes what it lists. */
const PAGES_MAX = 100

/** Loads one set, or all of them, going on where an earlier try ended. What is in force changes at its end only. */
export function* download(context: TerminalContext, set: DownloadSet | 'all'): Flow<CommandOutcome> {
  let result: CommandOutcome = { kind: 'done' }
  const { conversionOffers } = activeProfile(context)
  if (set === 'rates' && !conversionOffers) return yield* refuse('notEnabled', 'foreign currencies')
  for (const each of set === 'all' ? DOWNLOAD_SETS : [set]) {
    if (each === 'rates' && !conversionOffers) continue
    const outcome = yield* downloadOne(context, each)
    // A host that is not there will not be there for the next set; one that sends rubbish may have better elsewhere.
    if (outcome.kind === 'failed' && outcome.reason === 'malformedReply') result = outcome
    else if (outcome.kind !== 'done') return outcome
  }
  return result
}

function* downloadOne(context: TerminalContext, set: DownloadSet): Flow<CommandOutcome> {
  yield* showMessage('downloading', { setZh: SET_NAMES[set][0], setEn: SET_NAMES[set][1] })
  if (stagedOf(context, set) === undefined) yield* append({ kind: 'downloadBegun', set })
  if (stagedOf(context, set)?.isActive !== true) {
    const fetched = yield* (set === 'parameters' || set === 'contactless' ? fetchWhole : fetchListed)(
      context,
      set,
    )
    if (!fetched.ok) return fetched.outcome
    const activated = activation(context, set)
    if (activated === undefined) return yield* drop(set)
    yield* append(activated)
  }
  const { downloadEnd } = activeProfile(context)
  if (downloadEnd) {
    const end = yield* ask(context, '0800', codesOf(activeProfile(context), set).end, undefined)
    if (!end.ok) return end.outcome
  }
  yield* append({ kind: 'downloadEnded', set })
  yield* showMessage('downloaded', { setZh: SET_NAMES[set][0], setEn: SET_NAMES[set][1] })
  return { kind: 'done' }
}

/** Names of the sets for the screen. */
const SET_NAMES: Readonly<Record<DownloadSet, readonly [zh: string, en: string]>> = {
  parameters: ['终端参数', 'parameters'],
  caKeys: ['IC 卡公钥', 'CA keys'],
  applications: ['IC 卡参数', 'applications'],
  blacklist: ['黑名单', 'blacklist'],
  contactless: ['非接参数', 'contactless parameters'],
  rates: ['汇率', 'exchange rates'],
}

/** One message brings all. */
function* fetchWhole(context: TerminalContext, set: DownloadSet): Flow<Step<undefined>> {
  const staged = stagedOf(context, set)
  if (staged !== undefined && staged.received.length > 0) return { ok: true, value: undefined }
  const [mti, code] = codesOf(activeProfile(context), set).first
  const answer = yield* ask(context, mti, code, undefined)
  if (!answer.ok) return answer
  yield* append({ kind: 'downloadReceived', set, item: toHex(answer.value) })
  return { ok: true, value: undefined }
}

/** A list in pages, then each object of it. */
function* fetchListed(context: TerminalContext, set: DownloadSet): Flow<Step<undefined>> {
  const { first, one } = codesOf(activeProfile(context), set)
  const [mti, code] = first
  for (let page = 0; page < PAGES_MAX && stagedOf(context, set)?.isListed !== true; page++) {
    const count = stagedOf(context, set)?.listed.length ?? 0
    const asked = isPaged(set) ? String(count).padStart(3, '0') : `1${String(count).padStart(2, '0')}`
    const answer = yield* ask(context, mti, code, asciiToBytes(asked))
    if (!answer.ok) return answer
    const listed = listPage(set, answer.value, count, activeProfile(context).blacklistForm)
    if (listed === undefined) return ended(yield* drop(set))
    yield* append({ kind: 'downloadListed', set, ...listed })
  }
  return one === undefined ? { ok: true, value: undefined } : yield* fetchEach(context, set, one)
}

function* fetchEach(context: TerminalContext, set: DownloadSet, code: string): Flow<Step<undefined>> {
  for (;;) {
    const staged = stagedOf(context, set)
    const name = staged?.listed[staged.received.length]
    if (name === undefined) return { ok: true, value: undefined }
    const answer = yield* ask(context, '0800', code, fromHex(name))
    if (!answer.ok) return answer
    const reply = parseDownloadReply(answer.value)
    // The host lists it no more, or sends what is no use: begin again at the next try.
    if (!reply.ok || reply.value.flag !== 'complete' || !isUsable(context, set, reply.value.objects))
      return ended(yield* drop(set))
    yield* append({ kind: 'downloadReceived', set, item: toHex(reply.value.objects) })
  }
}

/** `count`: what was listed before. */
function listPage(
  set: DownloadSet,
  bytes: Uint8Array,
  count: number,
  form: TerminalProfile['blacklistForm'],
): { readonly names: readonly string[]; readonly isComplete: boolean } | undefined {
  const reply = parseDownloadReply(bytes)
  if (!reply.ok) return undefined
  const { flag, objects } = reply.value
  // It said that there is more: what there is has changed since.
  if (flag === 'none' && count > 0) return undefined
  const isComplete = flag !== 'more'
  if (isPaged(set)) {
    const text = bytesToAscii(objects)
    const entries = set === 'rates' ? sizedEntries(text) : blacklistEntries(text, form)
    return entries === undefined ? undefined : { names: entries, isComplete }
  }
  const names = objectNames(set, objects)
  // "More" without anything would ask for ever.
  return names === undefined || (names.length === 0 && !isComplete) ? undefined : { names, isComplete }
}

/** The list is all there is: nothing is asked for by its name. */
function isPaged(set: DownloadSet): boolean {
  return set === 'blacklist' || set === 'rates'
}

/** Count of three digits, then entries: a size of two digits and so many characters. Of this project. */
function sizedEntries(text: string): readonly string[] | undefined {
  const entries: string[] = []
  let at = 3
  while (at < text.length) {
    const size = /^\d\d$/.exec(text.slice(at, at + 2))?.[0]
    const end = at + 2 + Number(size)
    if (size === undefined || end > text.length) return undefined
    entries.push(text.slice(at + 2, end))
    at = end
  }
  return text.slice(0, 3) === String(entries.length).padStart(3, '0') ? entries : undefined
}

/** Count of three digits, then entries: a size of two digits and 14 characters (5.3, LY), or as many as they have (from memory). */
function blacklistEntries(
  text: string,
  form: TerminalProfile['blacklistForm'],
): readonly string[] | undefined {
  if (form === 'variable') return onlyDigits(sizedEntries(text))
  const count = Number(text.slice(0, 3))
  if (!/^\d{3}$/.test(text.slice(0, 3)) || text.length !== 3 + count * 16) return undefined
  const entries = Array.from({ length: count }, (_, index) => text.slice(3 + index * 16, 19 + index * 16))
  const prefixes = entries.map((entry) => entry.slice(2, 2 + Number(entry.slice(0, 2))))
  return onlyDigits(prefixes)
}

function onlyDigits(prefixes: readonly string[] | undefined): readonly string[] | undefined {
  return prefixes?.every((prefix) => /^\d{1,14}$/.test(prefix)) === true ? prefixes : undefined
}

/** The TLV objects by which each entry of a list is asked for. */
function objectNames(set: DownloadSet, bytes: Uint8Array): readonly string[] | undefined {
  const decoded = decodeTlvs(bytes)
  if (!decoded.ok) return undefined
  const names: string[] = []
  let rid: Uint8Array | undefined
  for (const { tag, value } of decoded.value) {
    if (tag === '9F06' && set === 'applications') names.push(toHex(encodeTlvs([['9F06', value]])))
    else if (tag === '9F06') rid = value
    else if (tag === '9F22' && rid !== undefined)
      names.push(
        toHex(
          encodeTlvs([
            ['9F06', rid],
            ['9F22', value],
          ]),
        ),
      )
  }
  return names
}

function isUsable(context: TerminalContext, set: DownloadSet, objects: Uint8Array): boolean {
  if (set !== 'caKeys') return applicationOf(objects, activeProfile(context).partialMatchValue) !== undefined
  // Without chips there is nothing to check a key with, and no use for it.
  return context.chip === undefined || caKeyOf(objects, context.chip.sha1) !== undefined
}

/** The record that puts the staged set in force; undefined when it can't be used. */
function activation(context: TerminalContext, set: DownloadSet): DownloadRecord | undefined {
  const staged = stagedOf(context, set)
  if (staged === undefined) return undefined
  const bytes = fromHex(staged.received[0] ?? '')
  switch (set) {
    case 'parameters': {
      const profileChanges = parameterChanges(
        bytes,
        context.decodeText ?? bytesToAscii,
        activeProfile(context),
      )
      return profileChanges === undefined ? undefined : { kind: 'downloadActivated', set, profileChanges }
    }
    case 'contactless': {
      const isText = activeProfile(context).contactlessForm === 'text'
      const contactless = isText ? contactlessValues(bytes) : binaryContactlessValues(bytes)
      return contactless === undefined ? undefined : { kind: 'downloadActivated', set, contactless }
    }
    case 'rates':
      return parseRateEntries(staged.listed) === undefined ? undefined : { kind: 'downloadActivated', set }
    default:
      return { kind: 'downloadActivated', set }
  }
}

function* drop(set: DownloadSet): Flow<CommandOutcome> {
  yield* append({ kind: 'downloadDropped', set })
  yield* showMessage('downloadUnusable', { setZh: SET_NAMES[set][0], setEn: SET_NAMES[set][1] })
  return { kind: 'failed', reason: 'malformedReply', detail: set }
}

function stagedOf(context: TerminalContext, set: DownloadSet): StagedDownload | undefined {
  return context.state.downloads?.staged[set]
}

/** One request without a trace number; the answer is its field 62. Owes nothing. */
export function* ask(
  context: TerminalContext,
  mti: '0800' | '0820',
  code: string,
  body: Uint8Array | undefined,
): Flow<Step<Uint8Array>> {
  const profile = activeProfile(context)
  const sealed = yield* sealRequest(context, {
    mti,
    fields: {
      41: profile.terminalId,
      42: profile.merchantId,
      60: managementField60(context.state.batch, code),
      ...(body === undefined ? {} : { 62: body }),
    },
  })
  if (sealed.kind !== 'sealed') return ended(yield* concludePadTrouble(sealed))
  const result = yield* exchange(context, sealed.request, 'none')
  if (result.kind !== 'reply') return ended(yield* concludeNoReply(result))
  const refusal = textField(result.message, 39) ?? '00'
  if (refusal !== '00') return ended(yield* concludeRefusal(refusal))
  const field62 = result.message.fields[62]
  return { ok: true, value: field62 instanceof Uint8Array ? field62 : new Uint8Array(0) }
}

/** Tells the host how devices and software are. Source: docs of the UnionPay dialect, 5.3. */
export function* sendStatus(context: TerminalContext, text: Uint8Array): Flow<Step<Uint8Array>> {
  return yield* ask(context, '0820', '362', concatBytes([text]))
}
