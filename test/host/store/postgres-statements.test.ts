import { describe, expect, it } from 'vitest'
import { BOOKS_CHECKS } from '../../../src/host/store/books-checks.ts'
import { CLEARING_CHECKS } from '../../../src/host/store/clearing-checks.ts'
import { ALL_CLEARING_STATEMENTS } from '../../../src/host/store/postgres-clearing.ts'
import { NEWS_STATEMENTS } from '../../../src/host/store/postgres-news.ts'
import { OFFICE_STATEMENTS } from '../../../src/host/store/postgres-office.ts'
import { PAYMENT_READS, PAYMENT_STATEMENTS } from '../../../src/host/store/postgres-payment-rows.ts'
import { LEASE, READS } from '../../../src/host/store/postgres-reads.ts'
import { RECORD_LISTS } from '../../../src/host/store/postgres-records.ts'
import { ALL_RETENTION_STATEMENTS } from '../../../src/host/store/postgres-retention.ts'
import { POSTGRES_MIGRATIONS } from '../../../src/host/store/postgres-schema.ts'
import { SETTINGS } from '../../../src/host/store/postgres-session.ts'
import { LISTS } from '../../../src/host/store/postgres-store.ts'
import { WRITE_STATEMENTS } from '../../../src/host/store/postgres-writer.ts'

/** What only one server has, or has in its own way. */
const FORBIDDEN: readonly RegExp[] = [
  /advisory/i,
  /\b(un)?listen\b|\bnotify\b/i,
  /\btrigger\b/i,
  /\bfunction\b|\bprocedure\b|\bplpgsql\b|\bdo\s+\$/i,
  /\bunlogged\b/i,
  /\bskip\s+locked\b|\bnowait\b/i,
  /\bmerge\s+into\b/i,
  /\bctid\b|\bxmin\b|\btxid_/i,
  /\bpg_\w+/i,
  /\bcreate\s+(extension|rule|type|domain|materialized|aggregate|operator)\b/i,
  /\bexclude\s+using\b|\busing\s+(gin|gist|brin|hash)\b/i,
  /\binherits\b|\bpartition\s+by\b|\btablespace\b/i,
  /\btemp(orary)?\b/i,
  /\bcluster\b|\bvacuum\b|\bset\s+synchronous_commit\b|\bwith\s*\(\s*fillfactor/i,
]

const ALL_READS = { ...READS, ...PAYMENT_READS }

const STATEMENTS: readonly string[] = [
  ...POSTGRES_MIGRATIONS.flat(),
  ...Object.values(ALL_READS).flatMap(({ plain, locking }) => [plain.text, locking.text]),
  ...Object.values(LISTS),
  ...WRITE_STATEMENTS.map(({ text }) => text),
  ...[...BOOKS_CHECKS, ...CLEARING_CHECKS].map(({ sql }) => sql),
  ...PAYMENT_STATEMENTS.map(({ text }) => text),
  ...[...NEWS_STATEMENTS, ...OFFICE_STATEMENTS].map(({ text }) => text),
  ...Object.values(RECORD_LISTS),
  ...[...ALL_CLEARING_STATEMENTS, ...ALL_RETENTION_STATEMENTS].map(({ text }) => text),
  LEASE.text,
  SETTINGS,
]

describe('statements of the shared store', () => {
  it('are all here', () => {
    expect(STATEMENTS.length).toBeGreaterThan(60)
  })

  it.each(FORBIDDEN)('none has %s', (forbidden) => {
    expect(STATEMENTS.filter((text) => forbidden.test(text))).toEqual([])
  })

  it('lock in the order of a key, and rows of the table itself only', () => {
    for (const { locking } of Object.values(ALL_READS)) {
      expect(locking.text).toMatch(/ORDER BY t\.\S+(, t\.\S+)? FOR UPDATE OF t$/)
    }
  })

  it('of a decision never read a whole table, but for the issuers', () => {
    for (const [name, { plain }] of Object.entries(ALL_READS)) {
      if (name !== 'issuers') expect(plain.text).toMatch(/= ANY\(\$1|JOIN unnest\(|= \$1/)
    }
  })
})
