import { asciiToBytes, bytesToAscii, concatBytes, equalBytes } from '../../../base/bytes.ts'
import { catalogueScopes, versionOfSet } from '../catalogue-scope.ts'
import { accept, type Decision, deny } from '../decision.ts'
import type {
  Blacklist,
  CatalogueRows,
  DownloadCatalogue,
  DownloadContent,
  DownloadObject,
} from '../download-catalogue.ts'
import type { HostContext } from '../host-context.ts'
import type { HostRequest } from '../host-request.ts'
import type { DownloadSet, TerminalRow, TerminalSetup } from '../records.ts'
import { refuse } from '../refusal.ts'
import { JOBS, withJob, withoutJob } from '../terminal-jobs.ts'
import { withPolicy } from '../terminal-policy.ts'
import type { WorkingSet } from '../working-set.ts'
import { software, softwareOfStatus } from './software.ts'

/** What a message of a download asks for, by field 60.3. Source: unionpay-pos, 4. */
const STEPS: Readonly<
  Record<string, readonly [set: DownloadSet, step: 'whole' | 'list' | 'one' | 'page' | 'end']>
> = {
  '360': ['parameters', 'whole'],
  '361': ['parameters', 'end'],
  '372': ['caKeys', 'list'],
  '370': ['caKeys', 'one'],
  '371': ['caKeys', 'end'],
  '382': ['applications', 'list'],
  '380': ['applications', 'one'],
  '381': ['applications', 'end'],
  '390': ['blacklist', 'page'],
  '391': ['blacklist', 'end'],
  '394': ['contactless', 'whole'],
  '395': ['contactless', 'end'],
  // Of this project, in either pair of numbers: no source tells any (docs/currencies.md).
  '392': ['rates', 'page'],
  '393': ['rates', 'end'],
  '366': ['rates', 'page'],
  '367': ['rates', 'end'],
}

const SOFTWARE_CODES: ReadonlySet<string> = new Set(['364', '365'])

/** First byte of a list's answer. Source: unionpay-pos, 5.3. */
const FLAG = { nothing: '0', complete: '1', more: '2', takeOnlyThese: '3' } as const
/** Field 62 has 512 bytes at most; some room is left for hosts and lines that count otherwise. */
const PAGE_SIZE_MAX = 480
/** The count of what the terminal has is two digits. */
const LISTED_MAX = 99
const INDEX_SIZE = 3
const BLACKLIST_DIGITS_MAX = 14

/**
 * One message of a download. What a terminal was served, and what it says it has in full, becomes durable with the
 * answer; a set that changed meanwhile stays due.
 */
export function download(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
): Decision {
  if (SOFTWARE_CODES.has(request.networkCode)) return software(context, work, request, terminal)
  const id = context.numbers.take()
  const { catalogue } = context
  const [set, step] = STEPS[request.networkCode] ?? []
  if (catalogue === undefined || set === undefined)
    return deny(terminal, id, refuse('40', 'this host has nothing of this kind to download', 60))
  const given = request.multiUse ?? new Uint8Array(0)
  const rows = catalogueScopes(terminal).flatMap((scope) => work.catalogue(scope))
  switch (step) {
    case 'whole':
      return set === 'contactless'
        ? answerWhole(work, terminal, id, set, catalogue.contactless(rows))
        : answerParameters(work, terminal, id, catalogue, rows)
    case 'list':
      return answerList(work, terminal, id, set, objectsOf(catalogue, set, rows), given)
    case 'one': {
      const { version, content } = objectsOf(catalogue, set, rows)
      if (isOutdated(terminal, set, version)) return accept(terminal, id, { multiUse: flagged(FLAG.nothing) })
      const found = content.find(({ name }) => equalBytes(name, given))
      const multiUse =
        found === undefined ? flagged(FLAG.nothing) : concatBytes([flagged(FLAG.complete), found.body])
      return accept(terminal, id, { multiUse })
    }
    case 'page':
      return set === 'rates'
        ? answerPage(work, terminal, id, set, entriesOf(catalogue.rates(), sized), given)
        : answerPage(work, terminal, id, 'blacklist', blacklistEntries(catalogue.blacklist(rows)), given)
    default:
      return accept(finish(work, request, terminal, set, versionOf(catalogue, set, rows)), id)
  }
}

function objectsOf(
  catalogue: DownloadCatalogue,
  set: DownloadSet,
  rows: CatalogueRows,
): DownloadContent<readonly DownloadObject[]> {
  return set === 'caKeys' ? catalogue.caKeys(rows) : catalogue.applications(rows)
}

function versionOf(catalogue: DownloadCatalogue, set: DownloadSet, rows: CatalogueRows): number {
  return set === 'rates' ? catalogue.rates().version : versionOfSet(rows, set)
}

function answerWhole(
  work: WorkingSet,
  terminal: TerminalRow,
  id: number,
  set: DownloadSet,
  { version, content }: DownloadContent<Uint8Array>,
): Decision {
  return accept(serve(work, terminal, set, version), id, { multiUse: content })
}

/** From here on the host keeps the limits that it tells. */
function answerParameters(
  work: WorkingSet,
  terminal: TerminalRow,
  id: number,
  catalogue: DownloadCatalogue,
  rows: CatalogueRows,
): Decision {
  const kept = withPolicy(terminal, catalogue.policy(rows))
  if (kept !== terminal) work.putTerminal(kept)
  const content = catalogue.parameters(rows, work.merchant(terminal.mid))
  return answerWhole(work, kept, id, 'parameters', content)
}

/** The request is `1` and the count, two digits, of what the terminal has already. */
function answerList(
  work: WorkingSet,
  terminal: TerminalRow,
  id: number,
  set: DownloadSet,
  { version, content }: DownloadContent<readonly DownloadObject[]>,
  given: Uint8Array,
): Decision {
  const asked = /^1(\d\d)$/.exec(bytesToAscii(given))
  if (asked === null)
    return deny(terminal, id, refuse('30', 'field 62 is not 1 and a count of two digits', 62))
  const from = Number(asked[1])
  if (from > 0 && isOutdated(terminal, set, version))
    return accept(terminal, id, { multiUse: flagged(FLAG.nothing) })
  const served = from === 0 ? serve(work, terminal, set, version) : terminal
  const page = pageOf(
    content.slice(from).map(({ entry }) => entry),
    PAGE_SIZE_MAX,
  )
  const end = from + page.length
  const flag =
    content.length === 0 || page.length === 0
      ? FLAG.nothing
      : end >= content.length
        ? FLAG.complete
        : end >= LISTED_MAX
          ? FLAG.takeOnlyThese
          : FLAG.more
  const shown = flag === FLAG.takeOnlyThese ? page.slice(0, LISTED_MAX - from) : page
  return accept(served, id, { multiUse: concatBytes([flagged(flag), ...shown]) })
}

function entriesOf(
  { version, content }: DownloadContent<readonly string[]>,
  entryOf: (text: string) => string,
): DownloadContent<readonly Uint8Array[]> {
  return { version, content: content.map((text) => asciiToBytes(entryOf(text))) }
}

/** Two digits of size, then the text. */
function sized(text: string): string {
  return String(text.length).padStart(2, '0') + text
}

/** The same, the text filled to 14 characters. Source: unionpay-pos, 5.3, LY. */
function padded(digits: string): string {
  return String(digits.length).padStart(2, '0') + digits.padEnd(BLACKLIST_DIGITS_MAX, ' ')
}

function blacklistEntries({
  version,
  content: { form, prefixes },
}: DownloadContent<Blacklist>): DownloadContent<readonly Uint8Array[]> {
  return entriesOf({ version, content: prefixes }, form === 'fixed' ? padded : sized)
}

/** The request is the index, three digits, of the next entry. */
function answerPage(
  work: WorkingSet,
  terminal: TerminalRow,
  id: number,
  set: DownloadSet,
  { version, content }: DownloadContent<readonly Uint8Array[]>,
  given: Uint8Array,
): Decision {
  const text = bytesToAscii(given)
  if (!/^\d{3}$/.test(text))
    return deny(terminal, id, refuse('30', 'field 62 is not an index of three digits', 62))
  const from = Number(text)
  if (from > 0 && isOutdated(terminal, set, version))
    return accept(terminal, id, { multiUse: asciiToBytes(`${FLAG.nothing}000`) })
  const served = from === 0 ? serve(work, terminal, set, version) : terminal
  const page = pageOf(content.slice(from), PAGE_SIZE_MAX)
  const end = from + page.length
  const flag = page.length === 0 ? FLAG.nothing : end >= content.length ? FLAG.complete : FLAG.more
  const count = String(page.length).padStart(INDEX_SIZE, '0')
  return accept(served, id, { multiUse: concatBytes([asciiToBytes(flag + count), ...page]) })
}

/** As many from the front as fit. */
function pageOf(entries: readonly Uint8Array[], sizeMax: number): readonly Uint8Array[] {
  let size = 0
  const count = entries.findIndex((entry) => {
    size += entry.length
    return size > sizeMax
  })
  return count === -1 ? entries : entries.slice(0, Math.max(1, count))
}

function flagged(flag: string): Uint8Array {
  return asciiToBytes(flag)
}

const NO_SETUP: TerminalSetup = { sets: {}, jobs: [] }

/** It began with another version: what would follow does not belong to what came. It has to begin again. */
function isOutdated({ setup }: TerminalRow, set: DownloadSet, version: number): boolean {
  const served = setup?.sets[set]?.served
  return served !== undefined && served !== version
}

/** A download begins with the version that stands now. */
function serve(work: WorkingSet, terminal: TerminalRow, set: DownloadSet, version: number): TerminalRow {
  const setup = terminal.setup ?? NO_SETUP
  const before = setup.sets[set]
  if (before?.served === version) return terminal
  const sets = { ...setup.sets, [set]: { ...before, served: version } }
  const changed = { ...terminal, setup: { ...setup, sets } }
  work.putTerminal(changed)
  return changed
}

/** The terminal has it all. When the content has changed since it began, it is asked to come again. */
function finish(
  work: WorkingSet,
  { inbound }: HostRequest,
  terminal: TerminalRow,
  set: DownloadSet,
  version: number,
): TerminalRow {
  const setup = terminal.setup ?? NO_SETUP
  const before = setup.sets[set]
  if (before === undefined) return terminal
  const loaded = { served: before.served, loaded: before.served, loadedAtMs: inbound.receivedAt.ms }
  const withSet = { ...terminal, setup: { ...setup, sets: { ...setup.sets, [set]: loaded } } }
  const changed =
    before.served === version
      ? { ...withSet, ...withoutJob(withSet, JOBS[set]) }
      : withJob(withSet, JOBS[set])
  work.putTerminal(changed)
  return changed
}

/** What the terminal says of its devices and parameters. Source: unionpay-pos, 5.3. */
export function statusUpload(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
): Decision {
  const id = context.numbers.take()
  const text = bytesToAscii(request.multiUse ?? new Uint8Array(0))
  if (text === '') return deny(terminal, id, refuse('30', 'field 62 is missing', 62))
  const setup = terminal.setup ?? NO_SETUP
  const atMs = request.inbound.receivedAt.ms
  const withStatus = softwareOfStatus(
    { ...terminal, setup: { ...setup, status: { text, atMs } } },
    text,
    atMs,
  )
  const changed = { ...withStatus, ...withoutJob(withStatus, JOBS.statusUpload) }
  work.putTerminal(changed)
  if (changed.setup?.software !== terminal.setup?.software) context.catalogue?.software?.heard(changed)
  return accept(changed, id)
}
