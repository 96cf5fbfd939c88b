import { createHash } from 'node:crypto'
import { AuditLog } from '../../../src/host/office/audit-log.ts'
import { OfficeDatabase } from '../../../src/host/office/office-database.ts'

/** A back office in memory with a clock that stands until somebody moves it. */
export class OfficeInMemory {
  readonly database = new OfficeDatabase(':memory:')
  nowMs = Date.UTC(2026, 10, 28, 9)
  readonly clock = (): number => this.nowMs
  readonly audit = new AuditLog(
    this.database,
    (data) => createHash('sha256').update(data).digest(),
    this.clock,
  )

  actions(): readonly string[] {
    return this.audit.list({ limit: 100 }).map(({ action }) => action)
  }
}
