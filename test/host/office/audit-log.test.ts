import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { AuditLog } from '../../../src/host/office/audit-log.ts'
import { OfficeDatabase } from '../../../src/host/office/office-database.ts'

const tagOf = (data: Uint8Array): Uint8Array => createHmac('sha256', 'key of this test').update(data).digest()

function logOf(count: number): { office: OfficeDatabase; audit: AuditLog } {
  const office = new OfficeDatabase(':memory:')
  let ms = 1000
  const audit = new AuditLog(office, tagOf, () => ms++)
  for (let index = 1; index <= count; index++)
    audit.append({ actor: 'admin', action: 'thing.done', subject: `thing ${index}`, detail: { index } })
  return { office, audit }
}

/** Somebody with a database tool: triggers and all. */
function tamper(office: OfficeDatabase, sql: string): void {
  office.db.exec(`DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; ${sql}`)
}

describe('the audit log', () => {
  it('lists what was done, newest first, and verifies', () => {
    const { audit } = logOf(3)
    expect(audit.list({ limit: 2 }).map(({ subject }) => subject)).toEqual(['thing 3', 'thing 2'])
    expect(audit.list({ limit: 9, before: 2 }).map(({ number }) => number)).toEqual([1])
    const verdict = audit.verify()
    expect(verdict).toMatchObject({ count: 3, findings: [] })
    expect(verdict.head).toMatch(/^[0-9a-f]{64}$/)
  })

  it('an empty log verifies', () => {
    expect(logOf(0).audit.verify()).toMatchObject({ count: 0, findings: [] })
  })

  it('refuses to change or to lose an entry', () => {
    const { office } = logOf(2)
    expect(() => office.db.exec("UPDATE audit_entries SET actor = 'nobody'")).toThrow(/append-only/)
    expect(() => office.db.exec('DELETE FROM audit_entries')).toThrow(/append-only/)
  })

  it.each([
    ["UPDATE audit_entries SET actor = 'nobody' WHERE number = 2", 2, 'altered'],
    ['UPDATE audit_entries SET atMs = 5 WHERE number = 1', 1, 'altered'],
    [`UPDATE audit_entries SET detail = '{"index":9}' WHERE number = 3`, 3, 'altered'],
    ['DELETE FROM audit_entries WHERE number = 2', 2, 'gap'],
    ['DELETE FROM audit_entries WHERE number > 2', 3, 'cutOff'],
    ['DELETE FROM audit_entries', 1, 'cutOff'],
    ["UPDATE audit_head SET number = 2, tag = 'x'", 5, 'cutOff'],
  ])('finds %s', (sql, number, kind) => {
    const { office, audit } = logOf(4)
    tamper(office, sql)
    expect(audit.verify().findings).toContainEqual({ number, kind })
  })

  it('a head that somebody noted must still stand in the chain', () => {
    const { audit } = logOf(2)
    const { head } = audit.verify()
    audit.append({ actor: 'admin', action: 'thing.done', subject: 'more' })
    expect(audit.verify(head).findings).toEqual([])
    expect(audit.verify('ab'.repeat(32)).findings).toEqual([{ number: 4, kind: 'cutOff' }])
  })

  it('an entry is not kept when its deed is not', () => {
    const { office, audit } = logOf(1)
    expect(() =>
      office.transaction(() => {
        audit.append({ actor: 'admin', action: 'thing.undone', subject: '' })
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(audit.verify()).toMatchObject({ count: 1, findings: [] })
  })
})
