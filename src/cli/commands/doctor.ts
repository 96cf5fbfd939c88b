import { Command, Option } from 'commander'
import pc from 'picocolors'
import { type Diagnosis, diagnose } from '../doctor/checks.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { type CliLanguage, languageOf } from '../language.ts'

interface DoctorFlags {
  readonly data: string
  readonly port: readonly string[]
  readonly json?: boolean
  readonly lang: CliLanguage
}

export function buildCommand(): Command {
  return new Command('doctor')
    .description('Check Node, serial permissions, ports, disk and clock, with a fix for each finding.')
    .option('--data <dir>', 'data folder that will be used', 'tillwire-data')
    .option('--port <numbers...>', 'TCP ports that the host will use', ['8583', '8584', '8585'])
    .addOption(
      new Option('--lang <language>', 'language of the report')
        .choices(['zh', 'en'])
        .default(languageOf(process.env)),
    )
    .option('--json', 'print the findings as JSON')
    .action(run)
}

async function run(flags: DoctorFlags): Promise<void> {
  const ports = flags.port.map(Number)
  for (const port of ports) {
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new UsageFailure('--port takes numbers from 1 to 65535')
  }
  const diagnoses = await diagnose({
    dataDirectory: flags.data,
    ports,
    nodeVersion: process.version,
    nowMs: Date.now(),
  })
  if (flags.json) process.stdout.write(`${JSON.stringify(diagnoses, undefined, 2)}\n`)
  else for (const each of diagnoses) process.stdout.write(render(each, flags.lang))
  const failed = diagnoses.filter((each) => each.state === 'failed').length
  if (failed > 0) throw new Finding(flags.lang === 'zh' ? `${failed} 项需要处理` : `${failed} to be mended`)
}

const MARKS = { ok: pc.green('✓'), warning: pc.yellow('!'), failed: pc.red('✗') } as const

function render(diagnosis: Diagnosis, language: CliLanguage): string {
  const fix = diagnosis.fix === undefined ? '' : `    → ${diagnosis.fix[language]}\n`
  return `${MARKS[diagnosis.state]} ${diagnosis.finding[language]}\n${fix}`
}
