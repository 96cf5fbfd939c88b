import { Command, Option } from 'commander'
import { Finding } from '../failure.ts'
import { type CliLanguage, languageOf } from '../language.ts'
import { parseStrict } from '../replay/compare-replies.ts'
import { readRecording } from '../replay/read-recording.ts'
import { replayRecording } from '../replay/replay-recording.ts'
import { reportText, verboseText } from '../replay/replay-text.ts'

interface ReplayFlags {
  readonly strict?: string
  readonly verbose?: boolean
  readonly json?: boolean
  readonly lang: CliLanguage
}

export function buildCommand(): Command {
  return new Command('replay')
    .description(
      "Check today's code against a recording, and show what differs by field and TLV tag. 用录制文件检查今天的代码。\n" +
        'Each frame is read and written again, the requests are played to a fresh host, and the paper is printed again.',
    )
    .argument('<file>', '由 --record 录制的文件 | a file that --record has made')
    .option('--strict <fields>', '这些域按值比较 | compare these by value too, of 12,13,37,38')
    .option('--verbose', '每帧一行 | one line for each frame')
    .option('--json', '输出 JSON | print the result as JSON')
    .addOption(
      new Option('--lang <language>', '语言 | language')
        .choices(['zh', 'en'])
        .default(languageOf(process.env)),
    )
    .addHelpText('after', '\nExit codes: 0 no difference, 1 differences, 2 no recording that can be read.')
    .action(run)
}

function run(file: string, flags: ReplayFlags): void {
  const strict = parseStrict(flags.strict)
  const recording = readRecording(file)
  const report = replayRecording(recording, { strict })
  if (flags.json === true) process.stdout.write(`${JSON.stringify(report)}\n`)
  else {
    if (flags.verbose === true) process.stdout.write(verboseText(recording, report, flags.lang))
    process.stdout.write(reportText(report, flags.lang))
  }
  const { length } = report.differences
  if (length > 0) throw new Finding(`${length} places differ from the recording`)
}
