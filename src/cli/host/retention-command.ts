import { statfsSync } from 'node:fs'
import { Command } from 'commander'
import { invariant } from '../../base/invariant.ts'
import { CareRefusal } from '../../host/monitoring/care-refusal.ts'
import { MaintenancePlan } from '../../host/monitoring/maintenance-plan.ts'
import { openOffice } from '../../host/office/open-office.ts'
import { ArchiveError } from '../../host/retention/archive-file.ts'
import {
  HostRetention,
  type HostRetentionOptions,
  type RetentionPlan,
} from '../../host/retention/host-retention.ts'
import { PlannedRetention } from '../../host/retention/planned-retention.ts'
import { retainedRecords } from '../../host/retention/retained-records.ts'
import {
  RETENTION,
  RETENTION_KINDS,
  type RetentionDays,
  type RetentionKind,
} from '../../host/retention/retention-policy.ts'
import type { HostRecords } from '../../host/service/open-host.ts'
import { readSharedOffice } from '../../host/service/read-shared-office.ts'
import { withSharedConsole } from '../console/with-office.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { type RecordFlags, storeOption } from './command-records.ts'
import { guarded, withFileRecords } from './with-records.ts'

interface Flags extends RecordFlags {
  readonly json?: boolean
}

const DATA = ['--data <dir>', 'folder of the host', 'tillwire-data/host'] as const
const JSON_OPTION = ['--json', 'print JSON'] as const
const ACTOR = 'system'

/** `host retention`: what is kept how long, and what leaves for an archive. */
export function retentionCommand(): Command {
  const command = new Command('retention').description(
    'How long records are kept; what is older goes into a sealed archive. A host on its own file must not run; a shared console does the same while it runs. 数据保留',
  )
  for (const each of [showCommand(), setCommand(), runCommand(), verifyCommand(), lookCommand()])
    command.addCommand(each)
  return command
}

function showCommand(): Command {
  return new Command('show')
    .description('Print how long what is kept, what a run would take out now, and the archives.')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((flags: Flags) =>
      withRetention(flags, 'read', (retention) => {
        const policy = retention.policy()
        const plan = retention.plan()
        const archives = retention.archives()
        if (flags.json) return linesOf([JSON.stringify({ policy, plan, archives })])
        return linesOf([
          ...RETENTION_KINDS.map((kind) => policyLine(kind, policy.days[kind])),
          ...planLines(plan),
          ...archives.map(
            ({ name, ranAtMs, sha256 }) =>
              `archive 归档 ${name}  ${new Date(ranAtMs).toISOString()}  sha256 ${sha256}`,
          ),
        ])
      }),
    )
}

function setCommand(): Command {
  const command = new Command('set')
    .description('Change how long what is kept, in days; 0 keeps it for ever.')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
  for (const kind of RETENTION_KINDS) {
    const { name, usual, least } = RETENTION[kind]
    command.option(`--${kind} <days>`, `${name.en}; usual ${usual}, least ${least}`)
  }
  return command.action((flags: Flags & { readonly [kind in RetentionKind]?: string }) => {
    const asked = RETENTION_KINDS.filter((kind) => flags[kind] !== undefined)
    if (asked.length === 0)
      throw new UsageFailure(
        `give what to keep how long: ${RETENTION_KINDS.map((kind) => `--${kind} DAYS`).join(', ')}`,
      )
    return withRetention(flags, 'change', (retention) => {
      const { days, version } = retention.policy()
      const news = Object.fromEntries(asked.map((kind) => [kind, daysOf(kind, flags[kind])]))
      const policy = retention.changePolicy(ACTOR, {
        days: { ...days, ...(news as Partial<RetentionDays>) },
        version,
      })
      return linesOf(
        flags.json
          ? [JSON.stringify(policy)]
          : RETENTION_KINDS.map((kind) => policyLine(kind, policy.days[kind])),
      )
    })
  })
}

function runCommand(): Command {
  return new Command('run')
    .description('Take out what is older than it is kept: into an archive, then out of the files.')
    .option('--dry-run', 'say what would go, and change nothing')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((flags: Flags & { dryRun?: boolean }) =>
      withRetention(flags, flags.dryRun === true ? 'read' : 'change', (retention, planned, store) =>
        flags.dryRun === true
          ? planText(retention.plan(), flags.json === true)
          : runNow(planned, store, flags),
      ),
    )
}

function planText(plan: RetentionPlan, json: boolean): string {
  if (json) return linesOf([JSON.stringify({ dryRun: true, plan })])
  return linesOf([...planLines(plan), 'nothing was changed 未作任何更改'])
}

/** `store`: the host's own file, which is made smaller; undefined for a shared database, which looks after its space itself. */
function runNow(
  planned: PlannedRetention,
  store: HostRecords['store'] | undefined,
  { data, json }: Flags,
): string {
  const before = store?.retention.space()
  const archive = planned.runNow(ACTOR)
  const note = archive === undefined || store === undefined ? undefined : giveBack(data, store)
  const after = store?.retention.space()
  const sizes = before === undefined || after === undefined ? undefined : [before.fileBytes, after.fileBytes]
  if (json) return linesOf([JSON.stringify({ archive: archive ?? null, fileBytes: sizes })])
  if (archive === undefined) return linesOf(['nothing is old enough 没有到期的数据'])
  return linesOf([
    ...countLines(archive.counts),
    `archive 归档 ${archive.name}  sha256 ${archive.sha256}`,
    ...(sizes === undefined ? [] : [`host.db ${sizes.join(' → ')} bytes 字节`]),
    ...(note === undefined ? [] : [note]),
    'the books agree 账目一致',
  ])
}

/** Space goes back to the disk where there is room for it; why not otherwise. */
function giveBack(directory: string, { retention }: HostRecords['store']): string | undefined {
  const { bavail, bsize } = statfsSync(directory)
  const needed = retention.space().fileBytes
  if (bavail * bsize < needed)
    return `the file keeps its size: making it smaller takes ${needed} bytes of free disk; new records use its free pages 磁盘空间不足，文件未缩小`
  retention.vacuum()
  return undefined
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('Hold each archive against what was written; exit code 1 when one was changed or is gone.')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((flags: Flags) =>
      withRetention(flags, 'read', (retention) => {
        const verdicts = retention.verify()
        const lines = verdicts.map(({ archive: { name }, fault }) => `${name}  ${fault ?? 'whole 完整'}`)
        if (flags.json) print([JSON.stringify(verdicts)])
        else print(lines.length === 0 ? ['there is no archive 没有归档'] : lines)
        const bad = verdicts.filter(({ isGood }) => !isGood).length
        if (bad > 0) throw new Finding(`${bad} of ${verdicts.length} archives are not what was written`)
        return ''
      }),
    )
}

function lookCommand(): Command {
  return new Command('look')
    .description('Print the rows of an archive, one JSON object a line.')
    .argument('<number>', 'as show prints it')
    .option('--table <name>', 'of this table only')
    .option(...DATA)
    .addOption(storeOption())
    .action((number: string, flags: Flags & { table?: string }) => {
      const id = Number(number)
      if (!Number.isInteger(id) || id < 1) throw new UsageFailure(`'${number}' is no number of an archive`)
      return withRetention(flags, 'read', (retention) => {
        retention.look(id, (each) => {
          if (flags.table === undefined || each.table === flags.table) print([JSON.stringify(each)])
        })
        return ''
      })
    })
}

/** What a command does; answers what is printed once it is kept. */
type Use = (
  retention: HostRetention,
  planned: PlannedRetention,
  store: HostRecords['store'] | undefined,
) => string

/** A shared database may be read beside its console; changed only while none runs. */
function withRetention({ data: directory, store }: Flags, deed: 'read' | 'change', use: Use): Promise<void> {
  if (store === undefined) return withOwnRetention(directory, use)
  if (deed === 'change')
    return withSharedConsole(directory, store, 'retention', ({ host, office }) => {
      invariant(host.retained !== undefined, 'a shared database has records')
      return told({ directory, records: host.retained, sealer: host.security, office }, use)
    })
  return guarded(() =>
    readSharedOffice(directory, store, ({ host, office, retained }) => {
      process.stdout.write(told({ directory, records: retained, sealer: host.security, office }, use))
    }),
  )
}

function withOwnRetention(directory: string, use: Use): Promise<void> {
  return withFileRecords(directory, ({ store, signatures, security }) => {
    const office = openOffice({ directory, security })
    try {
      const records = retainedRecords(store, signatures)
      process.stdout.write(told({ directory, records, sealer: security, office }, use, store))
    } finally {
      office.close()
    }
  })
}

/** What was refused becomes a line and an exit code. */
function told(options: HostRetentionOptions, use: Use, store?: HostRecords['store']): string {
  try {
    const { database, audit, nowMs } = options.office
    const retention = new HostRetention(options)
    const plan = new MaintenancePlan(database, audit, nowMs)
    return use(retention, new PlannedRetention(retention, plan, nowMs), store)
  } catch (error) {
    if (error instanceof CareRefusal) throw new UsageFailure(refusalText(error))
    throw error instanceof ArchiveError ? new Finding(error.message) : error
  }
}

function refusalText({ kind, text, message }: CareRefusal): string {
  return kind === 'notFound' ? `there is no such ${text?.en ?? 'record'}: see show` : (text?.en ?? message)
}

function daysOf(kind: RetentionKind, text: string | undefined): number {
  if (text === undefined || !/^\d{1,6}$/.test(text))
    throw new UsageFailure(`--${kind} takes a number of days; 0 keeps it for ever`)
  return Number(text)
}

function policyLine(kind: RetentionKind, days: number): string {
  const { zh, en } = RETENTION[kind].name
  const kept = days === 0 ? 'for ever 永久' : `${days} days 天`
  return `${kind.padEnd(14)}${kept.padEnd(18)}${zh} ${en}`
}

function planLines({ counts, total, days, stays }: RetentionPlan): string[] {
  if (total === 0) return ['nothing is old enough 没有到期的数据']
  return [
    `to go 将归档 ${total} rows 行${days.length === 0 ? '' : `, cleared days 清算日 ${days[0]} – ${days.at(-1)}`}`,
    ...countLines(counts),
    ...stays.map(({ tid, fromDay }) => `stays 保留 ${tid} from ${fromDay}: a ticket is open 工单未关闭`),
  ]
}

function countLines(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).map(([table, count]) => `  ${table.padEnd(24)}${String(count).padStart(10)}`)
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

function print(lines: readonly string[]): void {
  process.stdout.write(linesOf(lines))
}
