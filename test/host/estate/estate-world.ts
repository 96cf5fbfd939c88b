import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_MERCHANT } from '../../../src/host/estate/default-estate.ts'
import { Estate } from '../../../src/host/estate/estate.ts'
import { EstateRefusal, type EstateRefusalKind } from '../../../src/host/estate/estate-refusal.ts'
import { type FieldEstate, openFieldEstate } from '../../../src/host/estate/field-estate.ts'
import { type Office, openOffice } from '../../../src/host/office/open-office.ts'
import {
  openSecurityModule,
  type SoftwareSecurityModule,
} from '../../../src/host/security-module/software-security-module.ts'
import { MemoryStore } from '../../../src/host/store/memory-store.ts'

export const MID: string = DEFAULT_MERCHANT.mid
export const ACTOR = 'li'

/** A back office and an estate in memory; time stands until a test moves it. */
export class EstateWorld {
  readonly directory = mkdtempSync(join(tmpdir(), 'tillwire-estate-'))
  nowMs: number
  readonly store = new MemoryStore()
  readonly security: SoftwareSecurityModule
  readonly estate: Estate
  readonly office: Office
  readonly field: FieldEstate

  constructor(nowMs = Date.UTC(2026, 0, 2, 12), directory?: string) {
    this.nowMs = nowMs
    this.security = openSecurityModule({ directory: directory ?? this.directory })
    this.estate = new Estate(this.store, this.security)
    this.estate.setUpDefaults()
    const now = (): number => this.nowMs
    this.office = openOffice({ directory: undefined, security: this.security, nowMs: now })
    this.field = openFieldEstate({
      directory: directory ?? this.directory,
      office: this.office.database,
      audit: this.office.audit,
      host: {
        security: this.security,
        estate: this.estate,
        store: this.store,
        personalisation: { caKeys: [] },
      },
      nowMs: now,
    })
  }

  /** Devices `A001` and so on, of type `fixed`, come into stock. */
  deliver(count: number, prefix = 'A'): void {
    const serials = Array.from(
      { length: count },
      (_, index) => `${prefix}${String(index + 1).padStart(3, '0')}`,
    )
    const csv = ['serial,type', ...serials.map((serial) => `${serial},fixed`)].join('\n')
    const outcome = this.field.stock.import(ACTOR, 'delivery 1', csv)
    if (outcome.kind !== 'imported') throw new Error(JSON.stringify(outcome.faults))
  }

  status(tid: string): string | undefined {
    return this.store.listTerminals().find((each) => each.tid === tid)?.status
  }

  stage(tid: string): string | undefined {
    return this.store.listTerminals().find((each) => each.tid === tid)?.setup?.stage
  }

  close(): void {
    this.office.close()
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** Why `act` was refused; undefined when it was not. */
export function refusalOf(act: () => unknown): EstateRefusalKind | undefined {
  try {
    act()
  } catch (error) {
    if (error instanceof EstateRefusal) return error.kind
    throw error
  }
  return undefined
}
