import { BUILT_IN_VERSION, catalogueScopes, FOR_ALL, isInScope } from '../core/catalogue-scope.ts'
import type { CatalogueRow, CatalogueSet, DownloadSet, TerminalPolicy, TerminalRow } from '../core/records.ts'
import type { HostStore } from '../core/store-port.ts'
import { JOBS, withJob } from '../core/terminal-jobs.ts'
import { withPolicy } from '../core/terminal-policy.ts'
import type { Catalogue } from './catalogue.ts'
import { type ContentChange, contentChanges } from './catalogue-changes.ts'
import { type ContentFault, contentFaults, OVERRIDABLE } from './catalogue-content.ts'
import { DEFAULT_DOWNLOADS } from './default-downloads.ts'
import type { Estate } from './estate.ts'
import { changedByOther, EstateRefusal, notThere } from './estate-refusal.ts'
import { tidiedContent } from './tidied-content.ts'

/** One version of one set, for all or for one merchant or terminal. */
export interface CatalogueVersion {
  readonly set: CatalogueSet
  readonly scope: string
  /** 0: there is no override; 1: what is built in. */
  readonly version: number
  readonly content: object
  /** Undefined for what is built in. */
  readonly atMs: number | undefined
  readonly author: string
  readonly note: string
}

export interface CatalogueOrder {
  readonly set: CatalogueSet
  /** Empty for all, `merchant:` or `terminal:` and a number. */
  readonly scope: string
  /** What the editor saw. */
  readonly version: number
  /** Of an override: what differs. */
  readonly content: unknown
  readonly note?: string | undefined
}

export interface SavedCatalogue {
  readonly row: CatalogueRow
  /** Terminals that are asked to load it. */
  readonly count: number
}

export interface CatalogueDeskParts {
  readonly store: Pick<
    HostStore,
    'listCatalogue' | 'listCatalogueHistory' | 'listTerminals' | 'listMerchants'
  >
  readonly estate: Pick<Estate, 'changeTerminals'>
  readonly catalogue: Pick<Catalogue, 'policy' | 'rates'>
  readonly nowMs: () => number
}

/** Where people change what terminals download. Each change is a version, and terminals are asked to fetch it in the same commit. */
export class CatalogueDesk {
  readonly #parts: CatalogueDeskParts

  constructor(parts: CatalogueDeskParts) {
    this.#parts = parts
  }

  /** As it stands now. */
  now(set: CatalogueSet, scope = FOR_ALL): CatalogueVersion {
    const row = this.#parts.store.listCatalogue().find((each) => each.set === set && each.scope === scope)
    return row === undefined ? unchanged(set, scope) : versionOf(row)
  }

  /** Scopes besides that of all which have content of their own, of any set. */
  overrides(): readonly CatalogueVersion[] {
    const rows = this.#parts.store.listCatalogue()
    return rows.map(versionOf).filter(({ scope, content }) => scope !== FOR_ALL && !isEmpty(content))
  }

  /** Versions that terminals without values of their own download. */
  versions(): Readonly<Record<DownloadSet, number>> {
    const rows = this.#parts.store.listCatalogue().filter(({ scope }) => scope === FOR_ALL)
    const version = (set: CatalogueSet): number =>
      rows.find((row) => row.set === set)?.version ?? BUILT_IN_VERSION
    return {
      parameters: version('parameters'),
      caKeys: version('caKeys'),
      applications: version('applications'),
      blacklist: version('blacklist'),
      contactless: version('contactless'),
      rates: this.#parts.catalogue.rates().version,
    }
  }

  /** Newest first; what is built in is its beginning. */
  history(set: CatalogueSet, scope = FOR_ALL): readonly CatalogueVersion[] {
    const versions = this.#parts.store.listCatalogueHistory(scope, set).map(versionOf)
    return scope === FOR_ALL ? [...versions, unchanged(set, scope)] : versions
  }

  /** What is wrong with `given`, and what it would change; `content` is what would be saved. */
  check({ set, scope, content: given }: Pick<CatalogueOrder, 'set' | 'scope' | 'content'>): {
    readonly faults: readonly ContentFault[]
    readonly changes: readonly ContentChange[]
    readonly content: unknown
  } {
    const content = tidiedContent(set, given)
    const faults = contentFaults(set, content, scope !== FOR_ALL)
    const changes =
      faults.length > 0 ? [] : contentChanges(set, this.now(set, scope).content, content as object)
    return { faults, changes, content }
  }

  /** What `version` changed against the one before it. */
  changesOf(set: CatalogueSet, scope: string, version: number): readonly ContentChange[] {
    const versions = this.history(set, scope)
    const index = versions.findIndex((each) => each.version === version)
    const found = versions[index]
    if (found === undefined) throw notThere(`版本 ${version}`, `version ${version}`)
    return contentChanges(set, versions[index + 1]?.content ?? {}, found.content)
  }

  /**
   * A new version, durable together with the jobs of the terminals that it is for.
   *
   * @throws {EstateRefusal} when somebody was faster, the content is not what it should be, or nobody is meant; nothing is changed then.
   */
  save(author: string, { set, scope, version, content: given, note = '' }: CatalogueOrder): SavedCatalogue {
    this.#checkScope(set, scope)
    const before = this.now(set, scope)
    if (before.version !== version) throw changedByOther(before)
    const { faults, changes, content } = this.check({ set, scope, content: given })
    if (faults.length > 0) throw badContent(faults)
    if (changes.length === 0)
      throw new EstateRefusal('badInput', {
        zh: '内容与现行版本相同，没有可保存的修改。',
        en: 'The content is the same as now: there is nothing to save.',
      })
    const { store, estate, nowMs } = this.#parts
    const rows = store.listCatalogue()
    const newest = rows.reduce(
      (top, row) => (row.set === set ? Math.max(top, row.version) : top),
      BUILT_IN_VERSION,
    )
    const row: CatalogueRow = {
      scope,
      set,
      version: newest + 1,
      content: JSON.stringify(content),
      atMs: nowMs(),
      author,
      note,
    }
    const others = rows.filter((each) => each.scope !== scope || each.set !== set)
    const policyOf = this.#policies([...others, row])
    let count = 0
    estate.changeTerminals(
      (terminal) => {
        if (!isInScope(terminal, scope)) return terminal
        const limited = set === 'parameters' ? withPolicy(terminal, policyOf(terminal)) : terminal
        if (terminal.status !== 'active' || !terminal.profile.signInRequired) return limited
        count++
        return withJob(limited, JOBS[set])
      },
      { catalogue: [row] },
    )
    return { row, count }
  }

  /** An older version becomes the newest. */
  rollBack(
    author: string,
    { set, scope, version, to, note }: Omit<CatalogueOrder, 'content'> & { readonly to: number },
  ): SavedCatalogue {
    const found = this.history(set, scope).find((each) => each.version === to)
    if (found === undefined) throw notThere(`版本 ${to}`, `version ${to}`)
    return this.save(author, { set, scope, version, content: found.content, note: note ?? `← ${to}` })
  }

  #checkScope(set: CatalogueSet, scope: string): void {
    if (scope === FOR_ALL) return
    if (!OVERRIDABLE.has(set))
      throw new EstateRefusal('badInput', {
        zh: '这一项对全部终端相同，不能单独设置。',
        en: 'This set is the same for all terminals: it has no values for one.',
      })
    const [kind, id = ''] = scope.split(':')
    const { store } = this.#parts
    if (kind === 'merchant' && store.listMerchants().some(({ mid }) => mid === id)) return
    if (kind === 'terminal' && store.listTerminals().some(({ tid }) => tid === id)) return
    throw kind === 'merchant'
      ? notThere(`商户 ${id}`, `merchant ${id}`)
      : notThere(`终端 ${id}`, `terminal ${id}`)
  }

  /** Most terminals have the limits of all: they are worked out once. */
  #policies(rows: readonly CatalogueRow[]): (terminal: TerminalRow) => TerminalPolicy | undefined {
    const parameters = rows.filter(({ set }) => set === 'parameters')
    const known = new Map<string, TerminalPolicy | undefined>()
    return (terminal) => {
      const own = catalogueScopes(terminal).flatMap((scope) =>
        parameters.filter((row) => row.scope === scope),
      )
      const key = own.map(({ scope }) => scope).join(' ')
      if (!known.has(key)) known.set(key, this.#parts.catalogue.policy(own))
      return known.get(key)
    }
  }
}

function versionOf({ set, scope, version, content, atMs, author, note }: CatalogueRow): CatalogueVersion {
  return { set, scope, version, content: JSON.parse(content) as object, atMs, author, note }
}

function unchanged(set: CatalogueSet, scope: string): CatalogueVersion {
  const isForAll = scope === FOR_ALL
  return {
    set,
    scope,
    version: isForAll ? BUILT_IN_VERSION : 0,
    content: isForAll ? DEFAULT_DOWNLOADS[set] : {},
    atMs: undefined,
    author: '',
    note: '',
  }
}

function isEmpty(content: object): boolean {
  return Object.values(content).every((value) => typeof value === 'object' && Object.keys(value).length === 0)
}

function badContent(faults: readonly ContentFault[]): EstateRefusal {
  const [first] = faults
  const more = faults.length - 1
  return new EstateRefusal(
    'badInput',
    {
      zh: `${first?.zh}${more > 0 ? `（另有 ${more} 处错误）` : ''}。没有保存任何修改。`,
      en: `${first?.en}${more > 0 ? ` (and ${more} more faults)` : ''}. Nothing was saved.`,
    },
    faults,
  )
}
