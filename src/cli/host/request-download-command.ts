import { Command, Option } from 'commander'
import { REQUESTABLE } from '../../host/core/download-sets.ts'
import { type Audience, type Requestable, requestDownload } from '../../host/estate/request-download.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { type RecordFlags, storeOption } from './command-records.ts'
import { withDownloads } from './with-downloads.ts'

interface Flags extends RecordFlags {
  readonly set: Requestable
  readonly tid?: string
  readonly mid?: string
  readonly all?: boolean
  readonly json?: boolean
}

/** `host terminal request-download`: the header of the next answer asks the terminals. */
export function requestDownloadCommand(): Command {
  return new Command('request-download')
    .description('Ask terminals to load a set after their current transaction. 要求终端下载')
    .addOption(new Option('--set <set>', '内容 | what to load').choices(REQUESTABLE).makeOptionMandatory())
    .option('--tid <tid>', '一台终端 | one terminal')
    .option('--mid <mid>', '一家商户的终端 | the terminals of a merchant')
    .option('--all', '全部终端 | all terminals')
    .option('--data <dir>', '主机目录 | folder of the host', 'tillwire-data/host')
    .addOption(storeOption())
    .option('--json', '输出 JSON | print JSON')
    .action((flags: Flags) => {
      const audience = audienceOf(flags)
      const { set } = flags
      return withDownloads(flags, async ({ estate, audit }) => {
        const subject = flags.tid ?? flags.mid ?? 'all'
        await estate((each) => checkAudience(each, audience))
        audit({ action: 'download.asked', subject, detail: { set } })
        const count = await estate((each) => requestDownload(each, set, audience))
        const line = `${count} ${count === 1 ? 'terminal loads' : 'terminals load'} it after the current transaction`
        process.stdout.write(
          flags.json === true ? `${JSON.stringify({ set, subject, count })}\n` : `${line}\n`,
        )
      })
    })
}

function audienceOf({ tid, mid, all }: Flags): Audience {
  const given = [tid, mid, all].filter((each) => each !== undefined)
  if (given.length !== 1) throw new UsageFailure('give one of --tid, --mid and --all')
  if (tid !== undefined) return { kind: 'terminal', tid }
  return mid === undefined ? { kind: 'all' } : { kind: 'merchant', mid }
}

function checkAudience(
  estate: { hasMerchant(mid: string): boolean; hasTerminal(tid: string): boolean },
  audience: Audience,
): void {
  if (audience.kind === 'terminal' && !estate.hasTerminal(audience.tid))
    throw new Finding(`there is no terminal ${audience.tid} 没有这台终端`)
  if (audience.kind === 'merchant' && !estate.hasMerchant(audience.mid))
    throw new Finding(`there is no merchant ${audience.mid} 没有这家商户`)
}
