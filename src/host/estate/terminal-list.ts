import type { MerchantRow, TerminalRow } from '../core/records.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import { changedByOther, notThere } from './estate-refusal.ts'

/** A terminal as the back office knows it. */
export interface ListedTerminal {
  readonly tid: string
  readonly mid: string
  readonly merchantName: string
  readonly status: 'active' | 'blocked'
  /** Of its master key, or empty. */
  readonly keyCheckValue: string
  readonly serial: string | null
  readonly typeId: string | null
  readonly softwareVersion: string | null
  readonly parameterVersion: string | null
  readonly lastSeenMs: number | null
  readonly version: number
}

export const TERMINAL_SORTS = ['tid', 'mid', 'merchantName', 'status', 'typeId', 'lastSeenMs'] as const

export interface TerminalFilter {
  readonly status?: ListedTerminal['status'] | undefined
  readonly typeId?: string | undefined
  readonly mid?: string | undefined
  /** Beginning of terminal, merchant or serial number, or part of the merchant's name. */
  readonly text?: string | undefined
  readonly sort: (typeof TERMINAL_SORTS)[number]
  readonly descending: boolean
  readonly limit: number
  readonly offset: number
}

/**
 * All terminals, kept beside the back office's other tables so that ten thousand of them are filtered, sorted and paged by
 * indexes. The host's own rows decide; this list follows them.
 */
export class TerminalList {
  readonly #office: OfficeDatabase

  constructor(office: OfficeDatabase) {
    this.#office = office
  }

  /** Takes over what the host's rows say. */
  follow(terminals: readonly TerminalRow[], merchants: readonly MerchantRow[]): void {
    const names = new Map(merchants.map(({ mid, name }) => [mid, name]))
    const known = new Map(
      this.#office.db
        .prepare<[], ListedTerminal>('SELECT * FROM estate_terminals')
        .all()
        .map((each) => [each.tid, each]),
    )
    this.#office.transaction(() => {
      for (const row of terminals) {
        const name = names.get(row.mid) ?? ''
        const before = known.get(row.tid)
        if (before === undefined || !isSame(before, row, name)) this.#put(row, name)
      }
    })
  }

  /** One terminal was added or changed. */
  followOne(row: TerminalRow, merchants: () => readonly MerchantRow[]): void {
    const known = this.find(row.tid)
    const name =
      known?.mid === row.mid
        ? known.merchantName
        : (merchants().find(({ mid }) => mid === row.mid)?.name ?? '')
    this.#put(row, name)
  }

  list(filter: TerminalFilter): { readonly terminals: readonly ListedTerminal[]; readonly total: number } {
    const { status = null, typeId = null, mid = null, text = null, limit, offset } = filter
    const conditions = [
      ...(status === null ? [] : ['status = :status']),
      ...(typeId === null ? [] : ['typeId = :typeId']),
      ...(mid === null ? [] : ['mid = :mid']),
      ...(text === null
        ? []
        : [
            `(substr(tid, 1, length(:text)) = :text OR substr(mid, 1, length(:text)) = :text
              OR substr(serial, 1, length(:text)) = :text OR instr(lower(merchantName), lower(:text)) > 0)`,
          ]),
    ]
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
    const values = { status, typeId, mid, text }
    const direction = filter.descending ? 'DESC' : 'ASC'
    const order = filter.sort === 'tid' ? `tid ${direction}` : `${filter.sort} ${direction}, tid ${direction}`
    const { db } = this.#office
    const total = db
      .prepare<unknown[], number>(`SELECT count(*) FROM estate_terminals ${where}`)
      .pluck()
      .get(values)
    const terminals = db
      .prepare<unknown[], ListedTerminal>(
        `SELECT * FROM estate_terminals ${where} ORDER BY ${order} LIMIT :limit OFFSET :offset`,
      )
      .all({ ...values, limit, offset })
    return { terminals, total: total ?? 0 }
  }

  find(tid: string): ListedTerminal | undefined {
    return this.#office.db
      .prepare<[string], ListedTerminal>('SELECT * FROM estate_terminals WHERE tid = ?')
      .get(tid)
  }

  /** The type of each terminal that a device plays, by terminal number. */
  types(): ReadonlyMap<string, string> {
    const rows = this.#office.db
      .prepare<[], { tid: string; typeId: string }>(
        'SELECT tid, typeId FROM estate_terminals WHERE typeId IS NOT NULL',
      )
      .all()
    return new Map(rows.map(({ tid, typeId }) => [tid, typeId]))
  }

  /** @throws {EstateRefusal} when there is none. */
  get(tid: string): ListedTerminal {
    const terminal = this.find(tid)
    if (terminal === undefined) throw notThere(`终端 ${tid}`, `terminal ${tid}`)
    return terminal
  }

  /** The row that somebody read; refused when it has changed since. @throws {EstateRefusal} */
  expect(tid: string, version: number): ListedTerminal {
    const terminal = this.get(tid)
    if (terminal.version !== version) throw changedByOther(terminal)
    return terminal
  }

  /** Which device plays it; within the caller's transaction. */
  setDevice(tid: string, device: { readonly serial: string; readonly typeId: string } | undefined): void {
    this.#office.db
      .prepare('UPDATE estate_terminals SET serial = ?, typeId = ?, version = version + 1 WHERE tid = ?')
      .run(device?.serial ?? null, device?.typeId ?? null, tid)
  }

  /** It was heard of. */
  seen(
    tid: string,
    atMs: number,
    versions: { readonly software?: string | undefined; readonly parameters?: string | undefined } = {},
  ): void {
    this.#office.db
      .prepare(
        `UPDATE estate_terminals SET lastSeenMs = max(coalesce(lastSeenMs, 0), ?),
           softwareVersion = coalesce(?, softwareVersion), parameterVersion = coalesce(?, parameterVersion) WHERE tid = ?`,
      )
      .run(atMs, versions.software ?? null, versions.parameters ?? null, tid)
  }

  #put(row: TerminalRow, merchantName: string): void {
    this.#office.db
      .prepare(
        `INSERT INTO estate_terminals (tid, mid, merchantName, status, keyCheckValue, lastSeenMs)
         VALUES (:tid, :mid, :merchantName, :status, :keyCheckValue, :lastSeenMs)
         ON CONFLICT (tid) DO UPDATE SET mid = excluded.mid, merchantName = excluded.merchantName,
           status = excluded.status, keyCheckValue = excluded.keyCheckValue, version = version + 1,
           lastSeenMs = coalesce(max(lastSeenMs, excluded.lastSeenMs), excluded.lastSeenMs, lastSeenMs)`,
      )
      .run({
        tid: row.tid,
        mid: row.mid,
        merchantName,
        status: row.status,
        keyCheckValue: row.masterKey?.checkValue ?? '',
        lastSeenMs: row.signedInAtMs ?? null,
      })
  }
}

function isSame(before: ListedTerminal, row: TerminalRow, merchantName: string): boolean {
  return (
    before.mid === row.mid &&
    before.merchantName === merchantName &&
    before.status === row.status &&
    before.keyCheckValue === (row.masterKey?.checkValue ?? '') &&
    (row.signedInAtMs === undefined || (before.lastSeenMs ?? 0) >= row.signedInAtMs)
  )
}
