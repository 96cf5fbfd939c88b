import { Command } from 'commander'
import type { AuditEntry, AuditFinding } from '../../host/office/audit-log.ts'
import { withOfficeToRead } from '../console/with-office.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { type RecordFlags, storeOption } from '../host/command-records.ts'

interface ListFlags extends RecordFlags {
  readonly actor?: string
  readonly action?: string
  readonly subject?: string
  readonly limit: string
  readonly json?: boolean
}

interface VerifyFlags extends RecordFlags {
  readonly head?: string
  readonly json?: boolean
}

export function buildCommand(): Command {
  const list = new Command('list')
    .description('Print who did what, newest first.')
    .option('--data <dir>', 'folder of the host', 'tillwire-data/host')
    .addOption(storeOption())
    .option('--actor <name>', 'of this user only')
    .option('--action <beginning>', 'such as user. or terminal.')
    .option('--subject <name>', 'done to this only')
    .option('--limit <n>', 'how many', '50')
    .option('--json', 'print one JSON object a line')
    .action(printList)
  const verify = new Command('verify')
    .description(
      'Walk the chain from the first entry to the last; exit code 1 when an entry was changed, taken out or put in.',
    )
    .option('--data <dir>', 'folder of the host', 'tillwire-data/host')
    .addOption(storeOption())
    .option('--head <tag>', 'a tag that was noted earlier: it must still stand in the chain')
    .option('--json', 'print JSON')
    .action(verifyChain)
  return new Command('audit')
    .description('The log of who did what. 审计日志')
    .addCommand(list)
    .addCommand(verify)
}

function printList(flags: ListFlags): Promise<void> {
  const limit = Number(flags.limit)
  if (!Number.isInteger(limit) || limit < 1) throw new UsageFailure('--limit takes a number from 1')
  return withOfficeToRead(flags, ({ audit }) => {
    const { actor, action, subject } = flags
    for (const entry of audit.list({ actor, action, subject, limit }))
      process.stdout.write(`${flags.json ? JSON.stringify(entry) : entryLine(entry)}\n`)
  })
}

function entryLine({ number, atMs, actor, action, subject, detail }: AuditEntry): string {
  const more = Object.keys(detail).length === 0 ? '' : `  ${JSON.stringify(detail)}`
  return `${String(number).padStart(6)}  ${new Date(atMs).toISOString()}  ${actor.padEnd(16)} ${action.padEnd(28)} ${subject}${more}`
}

function verifyChain(flags: VerifyFlags): Promise<void> {
  const { head, json } = flags
  if (head !== undefined && !/^[0-9a-f]{64}$/.test(head))
    throw new UsageFailure('--head takes the 64 digits that verify printed')
  return withOfficeToRead(flags, ({ audit }) => {
    const verdict = audit.verify(head)
    const text = [
      `${verdict.count} entries 条记录`,
      `head 链尾 ${verdict.head}`,
      ...verdict.findings.map(findingLine),
    ]
    process.stdout.write(json ? `${JSON.stringify(verdict)}\n` : `${text.join('\n')}\n`)
    if (verdict.findings.length > 0) throw new Finding('the audit log was tampered with 审计日志被改动过')
  })
}

const FINDING_TEXTS: Readonly<Record<AuditFinding['kind'], string>> = {
  gap: 'is missing 缺失',
  altered: 'was changed 被修改',
  cutOff: 'and what followed was cut off 起被截断',
}

function findingLine({ number, kind }: AuditFinding): string {
  return `  entry 第 ${number} 条 ${FINDING_TEXTS[kind]}`
}
