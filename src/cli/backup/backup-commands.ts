import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { JournalFailure } from '../../terminal/adapters/journal-failure.ts'
import { UsageFailure } from '../failure.ts'
import { type RecordFlags, storeOption } from '../host/command-records.ts'
import { guarded } from '../host/with-records.ts'
import type { BackupContent, Manifest } from './backup-file.ts'
import { backUpHost, drillHost, type Restored, restoreHost } from './host-backup.ts'
import { backUpShared, drillShared, restoreShared } from './shared-backup.ts'
import { backUpTerminal, drillTerminal, restoreTerminal } from './terminal-backup.ts'

interface Flags extends RecordFlags {
  readonly passphraseFile?: string
  readonly json?: boolean
}

type BackupFlags = Flags & { readonly to: string }
type RestoreFlags = Flags & { readonly from: string; readonly replace?: boolean; readonly drill?: boolean }

const PASSPHRASE_VARIABLE = 'TILLWIRE_BACKUP_PASSPHRASE'
const PASSPHRASE_LENGTH_MIN = 12

/** `backup` and `restore` of a host or a terminal. `data`: the usual folder. */
export function backupCommands(kind: BackupContent['kind'], data: string): readonly Command[] {
  const what = kind === 'host' ? 'records, back office and keys' : 'journal'
  const common = (command: Command): Command =>
    (kind === 'host' ? command.addOption(storeOption()) : command)
      .option('--data <dir>', 'folder', data)
      .option('--passphrase-file <file>', `its first line seals the file; or ${PASSPHRASE_VARIABLE}`)
      .option('--json', 'print JSON')
  const backup = common(new Command('backup'))
    .description(`Keep the ${what} in one sealed file; the ${kind} may run meanwhile. 备份`)
    .requiredOption('--to <file>', 'file that is made')
    .action((flags: BackupFlags) => backUp(kind, flags))
  const restore = common(new Command('restore'))
    .description(
      `Put a backup back, once its books are proved; the ${kind} must not run.${kind === 'host' ? ' With --store: into a database without tables.' : ''} 恢复`,
    )
    .requiredOption('--from <file>', 'file that backup made')
    .option('--replace', 'keep what is in the folder aside')
    .option(
      '--drill',
      `restore on trial only: prove it, leave the folder as it is, and write it down 恢复演练`,
    )
    .action((flags: RestoreFlags) => restoreFrom(kind, flags))
  return [backup, restore]
}

function backUp(kind: BackupContent['kind'], flags: BackupFlags): Promise<void> {
  return told(async () => {
    const { manifest, holder } = await makeBackup(kind, flags)
    if (holder !== undefined) sayHolder(holder)
    if (flags.json) print({ file: flags.to, ...manifest })
    else say([`${flags.to}: sealed 已加密`, ...bookLines(manifest)])
  })
}

/** `holder`: of the back office, where the backup could not be noted. */
interface Made {
  readonly manifest: Manifest
  readonly holder?: string | undefined
}

async function makeBackup(
  kind: BackupContent['kind'],
  { data, store, to, ...flags }: BackupFlags,
): Promise<Made> {
  const passphrase = passphraseOf(flags)
  if (kind === 'terminal') return { manifest: await backUpTerminal(data, to, passphrase) }
  if (store === undefined) return { manifest: await backUpHost(data, to, passphrase) }
  return backUpShared({ folder: data, address: store }, to, passphrase)
}

/** The evidence of a backup is the console's to keep while it runs. */
function sayHolder(holder: string): void {
  process.stderr.write(
    `tillwire: the console of ${holder} runs: note this in its maintenance plan 请在控制台的维护计划中登记\n`,
  )
}

function restoreFrom(kind: BackupContent['kind'], flags: RestoreFlags): Promise<void> {
  return told(async () => {
    if (flags.drill === true) {
      await drill(kind, flags)
      return
    }
    const { manifest, aside } = await putBack(kind, flags)
    if (flags.json) {
      print({ folder: flags.data, aside, ...manifest })
      return
    }
    say([
      `${flags.data}: restored, the books are those of ${new Date(manifest.madeAtMs).toISOString()} 已恢复，账目一致`,
      ...bookLines(manifest),
      ...(aside === undefined ? [] : [`the folder before it is in ${aside} 原目录保留于此`]),
      kind === 'host'
        ? 'what came after the backup is not in it: settle each terminal, and compare the differences 请对各终端结算并核对差异'
        : 'it signs in first and leaves out trace numbers; settle, and compare with the host 请先结算并与主机核对',
    ])
  })
}

function putBack(
  kind: BackupContent['kind'],
  { from, data, store, ...flags }: RestoreFlags,
): Promise<Restored> {
  const passphrase = passphraseOf(flags)
  const replace = flags.replace === true
  if (kind === 'terminal') return restoreTerminal(from, data, passphrase, replace)
  if (store === undefined) return restoreHost(from, data, passphrase, replace)
  return restoreShared(from, { folder: data, address: store }, passphrase, replace)
}

async function drill(kind: BackupContent['kind'], flags: RestoreFlags): Promise<void> {
  if (flags.replace === true) throw new UsageFailure('--drill changes nothing: leave --replace away')
  const { manifest, holder } = await proveBackup(kind, flags)
  if (holder !== undefined) sayHolder(holder)
  if (flags.json) print({ drill: true, ...manifest })
  else
    say([
      `${flags.from}: could be restored, the books are those of ${new Date(manifest.madeAtMs).toISOString()} 演练通过，账目一致`,
      ...bookLines(manifest),
    ])
}

async function proveBackup(
  kind: BackupContent['kind'],
  { from, data, store, ...flags }: RestoreFlags,
): Promise<Made> {
  const passphrase = passphraseOf(flags)
  if (kind === 'terminal') return { manifest: await drillTerminal(from, data, passphrase) }
  if (store === undefined) return { manifest: await drillHost(from, data, passphrase) }
  return drillShared(from, { folder: data, address: store }, passphrase)
}

function bookLines({ books, files }: Manifest): string[] {
  const shown = Object.entries(books).filter(([name]) => !name.includes('/'))
  return [`  files 文件  ${files.length}`, ...shown.map(([name, value]) => `  ${name}  ${value}`)]
}

function passphraseOf({ passphraseFile }: Pick<Flags, 'passphraseFile'>): string {
  const passphrase =
    passphraseFile === undefined ? process.env[PASSPHRASE_VARIABLE] : firstLine(passphraseFile)
  if (passphrase === undefined || passphrase === '')
    throw new UsageFailure(`give the passphrase by --passphrase-file or ${PASSPHRASE_VARIABLE}`)
  if (passphrase.length < PASSPHRASE_LENGTH_MIN)
    throw new UsageFailure(
      `the passphrase needs ${PASSPHRASE_LENGTH_MIN} characters or more: it guards all keys`,
    )
  return passphrase
}

function firstLine(path: string): string {
  try {
    return (readFileSync(path, 'utf8').split(/\r?\n/, 1)[0] ?? '').trim()
  } catch {
    throw new UsageFailure(`cannot read ${path}: give a file with the passphrase in its first line`)
  }
}

/** What the environment did wrong becomes one line. */
function told(work: () => Promise<void>): Promise<void> {
  return guarded(async () => {
    try {
      await work()
    } catch (error) {
      throw error instanceof JournalFailure ? new UsageFailure(error.message) : error
    }
  })
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

function say(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}
