import { statfsSync } from 'node:fs'
import { Command } from 'commander'
import { CareRefusal } from '../../host/monitoring/care-refusal.ts'
import { MaintenancePlan } from '../../host/monitoring/maintenance-plan.ts'
import { openOffice } from '../../host/office/open-office.ts'
import { ArchiveError } from '../../host/retention/archive-file.ts'
import { HostRetention, type RetentionPlan } from '../../host/retention/host-retention.ts'
import { PlannedRetention } from '../../host/retention/planned-retention.ts'
import {
  RETENTION,
  RETENTION_KINDS,
  type RetentionDays,
  type RetentionKind,
} from '../../host/retention/retention-policy.ts'
import type { HostRecords } from '../../host/service/open-host.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { withFileRecords } from './with-records.ts'

interface Flags {
  readonly data: string
  readonly json?: boolean
}

const DATA = ['--data <dir>', 'folder of the host', 'tillwire-data/host'] as const
const JSON_OPTION = ['--json', 'print JSON'] as const
const ACTOR = 'system'

/** `host retention`: what is kept how long, and what leaves for an archive. The host must not run. */
export function retentionCommand(): Command {
  const command = new Command('retention').description(
    'How long records are kept; what is older goes into a sealed archive. The host must not run. 数据保留',
  )
  for (const each of [showCommand(), setCommand(), runCommand(), verifyCommand(), lookCommand()])
    command.addCommand(each)
  return command
}

function showCommand(): Command {
  return new Command('show')
    .description('Print how long what is kept, what a run would take out now, and the archives.')
    .option(...DATA)
    .option(...JSON_OPTION)
    .action((flags: Flags) =>
      withRetention(flags.data, (retention) => {
        const policy = retention.policy()
        const plan = retention.plan()
        const archives = retention.archives()
        if (flags.json) {
          print([JSON.stringify({ policy, plan, archives })])
          return
        }
        print([
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
    return withRetention(flags.data, (retention) => {
      const { days, version } = retention.policy()
      const news = Object.fromEntries(asked.map((kind) => [kind, daysOf(kind, flags[kind])]))
      const policy = retention.changePolicy(ACTOR, {
        days: { ...days, ...(news as Partial<RetentionDays>) },
        version,
      })
      if (flags.json) print([JSON.stringify(policy)])
      else print(RETENTION_KINDS.map((kind) => policyLine(kind, policy.days[kind])))
    })
  })
}

function runCommand(): Command {
  return new Command('run')
    .description('Take out what is older than it is kept: into an archive, then out of the files.')
    .option('--dry-run', 'say what would go, and change nothing')
    .option(...DATA)
    .option(...JSON_OPTION)
    .action((flags: Flags & { dryRun?: boolean }) =>
      withRetention(flags.data, (retention, { store }, planned) => {
        if (flags.dryRun === true) tellPlan(retention.plan(), flags.json === true)
        else runNow(planned, store, flags)
      }),
    )
}

function tellPlan(plan: RetentionPlan, json: boolean): void {
  if (json) print([JSON.stringify({ dryRun: true, plan })])
  else print([...planLines(plan), 'nothing was changed 未作任何更改'])
}

function runNow(planned: PlannedRetention, store: HostRecords['store'], { data, json }: Flags): void {
  const before = store.retention.space()
  const archive = planned.runNow(ACTOR)
  const note = archive === undefined ? undefined : giveBack(data, store)
  const after = store.retention.space()
  if (json) {
    print([JSON.stringify({ archive: archive ?? null, fileBytes: [before.fileBytes, after.fileBytes] })])
    return
  }
  if (archive === undefined) {
    print(['nothing is old enough 没有到期的数据'])
    return
  }
  print([
    ...countLines(archive.counts),
    `archive 归档 ${archive.name}  sha256 ${archive.sha256}`,
    `host.db ${before.fileBytes} → ${after.fileBytes} bytes 字节`,
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
    .option(...JSON_OPTION)
    .action((flags: Flags) =>
      withRetention(flags.data, (retention) => {
        const verdicts = retention.verify()
        if (flags.json) print([JSON.stringify(verdicts)])
        else
          print(
            verdicts.length === 0
              ? ['there is no archive 没有归档']
              : verdicts.map(({ archive: { name }, fault }) => `${name}  ${fault ?? 'whole 完整'}`),
          )
        const bad = verdicts.filter(({ isGood }) => !isGood).length
        if (bad > 0) throw new Finding(`${bad} of ${verdicts.length} archives are not what was written`)
      }),
    )
}

function lookCommand(): Command {
  return new Command('look')
    .description('Print the rows of an archive, one JSON object a line.')
    .argument('<number>', 'as show prints it')
    .option('--table <name>', 'of this table only')
    .option(...DATA)
    .action((number: string, flags: Flags & { table?: string }) => {
      const id = Number(number)
      if (!Number.isInteger(id) || id < 1) throw new UsageFailure(`'${number}' is no number of an archive`)
      return withRetention(flags.data, (retention) => {
        retention.look(id, (each) => {
          if (flags.table === undefined || each.table === flags.table) print([JSON.stringify(each)])
        })
      })
    })
}

function withRetention(
  directory: string,
  use: (retention: HostRetention, records: HostRecords, planned: PlannedRetention) => void,
): Promise<void> {
  return withFileRecords(directory, (records) => {
    const { store, signatures, security } = records
    const office = openOffice({ directory, security })
    try {
      const retention = new HostRetention({ directory, store, signatures, sealer: security, office })
      const plan = new MaintenancePlan(office.database, office.audit, office.nowMs)
      use(retention, records, new PlannedRetention(retention, plan, office.nowMs))
    } catch (error) {
      if (error instanceof CareRefusal) throw new UsageFailure(refusalText(error))
      throw error instanceof ArchiveError ? new Finding(error.message) : error
    } finally {
      office.close()
    }
  })
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

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
}
