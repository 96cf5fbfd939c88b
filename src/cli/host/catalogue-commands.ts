import { readFileSync, writeFileSync } from 'node:fs'
import { Argument, Command } from 'commander'
import { CATALOGUE_SETS } from '../../host/core/download-sets.ts'
import type { ContentChange } from '../../host/estate/catalogue-changes.ts'
import type { CatalogueVersion, SavedCatalogue } from '../../host/estate/catalogue-desk.ts'
import { downloadsFileOf, takeDownloads } from '../../host/estate/downloads-file.ts'
import { COMMAND_LINE } from '../estate/with-field-estate.ts'
import { UsageFailure } from '../failure.ts'
import { type RecordFlags, storeOption } from './command-records.ts'
import { withDownloads } from './with-downloads.ts'
import { withValues } from './with-values.ts'

type DownloadSet = (typeof CATALOGUE_SETS)[number]

interface Flags extends RecordFlags {
  readonly json?: boolean
  readonly tid?: string
  readonly mid?: string
}
interface ChangeFlags extends Flags {
  readonly note?: string
}

const DATA = ['--data <dir>', '主机目录 | folder of the host', 'tillwire-data/host'] as const
const JSON_OPTION = ['--json', '输出 JSON | print JSON'] as const

/** `host catalogue …`: what terminals download, on the records of a host that stands still or on a shared store. */
export function catalogueCommand(): Command {
  return new Command('catalogue')
    .description(
      'What terminals download: parameters, CA keys, applications, blacklist, contactless; the console does the same while the host runs. 下载内容',
    )
    .addCommand(showCommand())
    .addCommand(setCommand())
    .addCommand(importCommand())
    .addCommand(exportCommand())
    .addCommand(historyCommand())
    .addCommand(rollBackCommand())
}

function subcommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
}

function scoped(command: Command): Command {
  return command
    .option('--tid <tid>', '只针对此终端 | what this terminal has for itself')
    .option('--mid <mid>', '只针对此商户 | what the terminals of this merchant have for themselves')
}

function setArgument(name: string): Argument {
  return new Argument(name, '内容 | which set').choices(CATALOGUE_SETS)
}

function showCommand(): Command {
  return scoped(
    subcommand('show', 'Print what stands now: all sets with their versions, or the content of one.'),
  )
    .addArgument(setArgument('[set]'))
    .action((set: DownloadSet | undefined, flags: Flags) =>
      withDownloads(flags, async ({ downloads }) => {
        const scope = scopeOf(flags)
        const sets = set === undefined ? CATALOGUE_SETS : [set]
        const { shown, others } = await downloads((desk) => ({
          shown: sets.map((each) => desk.now(each, scope)),
          others: desk.overrides(),
        }))
        if (flags.json === true) print(JSON.stringify(set === undefined ? shown : shown[0]))
        else printShown(shown, set === undefined ? others : [])
      }),
    )
}

/** One set with its content; all of them as a list. */
function printShown(shown: readonly CatalogueVersion[], others: readonly CatalogueVersion[]): void {
  for (const each of shown) print(versionLine(each))
  const [only, ...rest] = shown
  if (rest.length === 0) print(JSON.stringify(only?.content, undefined, 2))
  for (const each of others) print(`${each.scope}  ${versionLine(each)}`)
}

function setCommand(): Command {
  return scoped(
    subcommand(
      'set',
      'Change values as CODE=VALUE, of an application as AID.MEMBER=VALUE (nothing behind = takes one away), or a whole set by --file; terminals are asked to load it.',
    ),
  )
    .addArgument(setArgument('<set>'))
    .argument('[values...]', '例如 12=45 18=1 19=15, A000000333010101.contactlessFloorMinor=0')
    .option('--file <json>', '整个内容 | the whole content, as show prints it')
    .option('--note <text>', '说明 | why')
    .action((set: DownloadSet, values: string[], flags: ChangeFlags & { file?: string }) => {
      if ((flags.file === undefined) === (values.length === 0))
        throw new UsageFailure('give values as CODE=VALUE, or a whole set by --file')
      const pairs = values.map(pairOf)
      const given = flags.file === undefined ? undefined : readJson(flags.file)
      const scope = scopeOf(flags)
      return withDownloads(flags, async ({ downloads, audit }) => {
        const now = await downloads((desk) => desk.now(set, scope))
        const content = given ?? withValues(now, pairs)
        const order = { set, scope, version: now.version, content, note: flags.note }
        const { changes, saved } = await downloads((desk) => ({
          changes: desk.check(order).changes,
          saved: desk.save(COMMAND_LINE, order),
        }))
        audit({ action: 'catalogue.saved', subject: set, detail: { scope, version: saved.row.version } })
        tell(saved, changes, flags)
      })
    })
}

function importCommand(): Command {
  return subcommand('import', 'Take over a file of all sets, as export writes it: all of it, or nothing.')
    .argument('<file>')
    .option('--note <text>', '说明 | why')
    .action((file: string, flags: ChangeFlags) => {
      const given = readJson(file)
      if (typeof given !== 'object' || given === null || !CATALOGUE_SETS.some((set) => set in given))
        throw new UsageFailure(`${file} has none of ${CATALOGUE_SETS.join(', ')}: give what export wrote`)
      return withDownloads(flags, async ({ downloads, audit }) => {
        const taken = await downloads((desk) =>
          takeDownloads(desk, COMMAND_LINE, given as Readonly<Record<string, unknown>>, flags.note ?? ''),
        )
        const versions = Object.fromEntries(taken.map(({ set, version }) => [set, version]))
        audit({ action: 'catalogue.imported', subject: file, detail: versions })
        if (flags.json === true) return print(JSON.stringify(taken))
        if (taken.length === 0) print('Nothing differs from what stands now. 与现行内容相同。')
        for (const { set, version, count } of taken)
          print(`${set} is version ${version}; asked to load it: ${count}`)
      })
    })
}

function exportCommand(): Command {
  return subcommand('export', 'Print all sets as one JSON object, or write it to a file.')
    .option('--out <file>', '输出文件 | file to write')
    .action((flags: Flags & { out?: string }) =>
      withDownloads(flags, async ({ downloads }) => {
        const text = JSON.stringify(await downloads(downloadsFileOf), undefined, 2)
        if (flags.out === undefined) return print(text)
        try {
          writeFileSync(flags.out, `${text}\n`)
        } catch {
          throw new UsageFailure(`cannot write ${flags.out}: name a file in a folder that exists`)
        }
      }),
    )
}

function historyCommand(): Command {
  return scoped(subcommand('history', 'Print the versions of a set, newest first, with what each changed.'))
    .addArgument(setArgument('<set>'))
    .action((set: DownloadSet, flags: Flags) =>
      withDownloads(flags, async ({ downloads }) => {
        const scope = scopeOf(flags)
        const versions = await downloads((desk) =>
          desk.history(set, scope).map((each) => ({
            ...each,
            changes: each.atMs === undefined ? [] : desk.changesOf(set, scope, each.version),
          })),
        )
        if (flags.json === true) return print(JSON.stringify(versions))
        for (const { changes, ...version } of versions) {
          print(versionLine(version))
          for (const change of changes) print(`    ${changeLine(change)}`)
        }
      }),
    )
}

function rollBackCommand(): Command {
  return scoped(
    subcommand('rollback', 'Make an older version of a set the newest; terminals are asked to load it.'),
  )
    .addArgument(setArgument('<set>'))
    .requiredOption('--to <version>', '版本 | which version')
    .option('--note <text>', '说明 | why')
    .action((set: DownloadSet, flags: ChangeFlags & { to: string }) => {
      const to = Number(flags.to)
      if (!Number.isInteger(to) || to < 1)
        throw new UsageFailure('--to takes the number of a version: see history')
      const scope = scopeOf(flags)
      return withDownloads(flags, async ({ downloads, audit }) => {
        const saved = await downloads((desk) => {
          const { version } = desk.now(set, scope)
          return desk.rollBack(COMMAND_LINE, { set, scope, version, to, note: flags.note })
        })
        const detail = { scope, to, version: saved.row.version }
        audit({ action: 'catalogue.rolledBack', subject: set, detail })
        tell(saved, [], flags)
      })
    })
}

function scopeOf({ tid, mid }: Flags): string {
  if (tid !== undefined && mid !== undefined) throw new UsageFailure('give --tid or --mid, not both')
  if (tid !== undefined) return `terminal:${tid}`
  return mid === undefined ? '' : `merchant:${mid}`
}

function pairOf(text: string): readonly [code: string, value: string] {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageFailure(`'${text}' is not CODE=VALUE`)
  return [text.slice(0, at), text.slice(at + 1)]
}

function tell({ row, count }: SavedCatalogue, changes: readonly ContentChange[], { json }: Flags): void {
  const said = { set: row.set, scope: row.scope, version: row.version, count }
  const lines = [
    ...changes.map(changeLine),
    `${row.set} is version ${row.version}; ${count} ${count === 1 ? 'terminal loads' : 'terminals load'} it after the current transaction`,
  ]
  print(json === true ? JSON.stringify(said) : lines.join('\n'))
}

function changeLine({ key, name, from, to }: ContentChange): string {
  return `${key}  ${name.en} ${name.zh}: ${from ?? '-'} -> ${to ?? '-'}`
}

function versionLine({ set, version, atMs, author, note }: CatalogueVersion): string {
  const who =
    atMs === undefined
      ? version === 0
        ? 'nothing of its own'
        : 'built in'
      : `${new Date(atMs).toISOString()}  ${author}`
  return `${set.padEnd(13)}${String(version).padStart(4)}  ${who}  ${note}`.trimEnd()
}

function readJson(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new UsageFailure(`cannot read ${path}: name an existing file`)
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageFailure(`${path} is no JSON: write it as export does`)
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
