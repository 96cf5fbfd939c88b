import { Command, Option } from 'commander'
import { type Codec, compileSpec } from '../../iso8583/compile.ts'
import { describeDecodeError } from '../../iso8583/decode-error.ts'
import { describeMessage } from '../../iso8583/describe.ts'
import {
  detectDialect,
  detectMisannounced,
  type MisannouncedReading,
  type Reading,
  reachOf,
} from '../../iso8583/detect-dialect.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { type CliLanguage, languageOf } from '../language.ts'
import { describeChipData } from '../message/chip-data.ts'
import { builtInCodecs, codecOf, DIALECT_IDS } from '../message/dialects.ts'
import { describeEnvelope } from '../message/envelope-text.ts'
import { bytesOfHexText, bytesOfInput, readStandardInput } from '../message/input.ts'
import { messageToJson } from '../message/message-json.ts'
import { loadSpecFile } from '../message/spec-file.ts'

interface DecodeFlags {
  readonly dialect?: string
  readonly spec?: string
  readonly json?: boolean
  readonly reveal?: boolean
  readonly lines?: boolean
  readonly lang: CliLanguage
}

export function buildCommand(): Command {
  return new Command('decode')
    .description('Print an ISO 8583 message: names, subfields, TLV and bits; masked unless --reveal.')
    .argument(
      '<hex>',
      'the message in hexadecimal, with or without length, TPDU and header; - reads standard input',
    )
    .addOption(
      new Option('--dialect <id>', 'read it as this dialect; found by itself when left out').choices(
        DIALECT_IDS,
      ),
    )
    .option('--spec <file>', 'read it with a spec of your own: JSON, or a jPOS GenericPackager XML file')
    .option('--json', 'print {"dialect","tpdu","header","mti","fields"}')
    .option('--reveal', 'show card numbers, tracks and everything else in full')
    .option('--lines', 'each line of standard input is a message')
    .addOption(
      new Option('--lang <language>', 'language of names')
        .choices(['zh', 'en'])
        .default(languageOf(process.env)),
    )
    .addHelpText('after', '\nExample:\n  tillwire decode 003C6000030000603100011001080000200000…')
    .action(run)
}

async function run(hex: string, flags: DecodeFlags): Promise<void> {
  if (flags.lines && hex !== '-')
    throw new UsageFailure('--lines reads standard input: give - as the message')
  const codecs = await chooseCodecs(flags)
  const messages = await readMessages(hex, flags)
  const failures = messages.flatMap((bytes) => decodeOne(bytes, codecs, flags))
  if (failures.length > 0) throw new Finding(failures.join('; '))
}

async function chooseCodecs(flags: DecodeFlags): Promise<readonly Codec[]> {
  if (flags.spec !== undefined && flags.dialect !== undefined) {
    throw new UsageFailure('give --dialect or --spec, not both')
  }
  if (flags.spec !== undefined) return [compileSpec(await loadSpecFile(flags.spec))]
  return flags.dialect === undefined ? builtInCodecs() : [codecOf(flags.dialect)]
}

async function readMessages(hex: string, flags: DecodeFlags): Promise<readonly Uint8Array[]> {
  if (hex !== '-') return [bytesOfHexText(hex)]
  const input = await readStandardInput()
  if (!flags.lines) return [bytesOfInput(input)]
  const lines = input.toString('latin1').split(/\r?\n/)
  return lines.filter((line) => line.trim() !== '').map(bytesOfHexText)
}

/** Prints one message; answers what was wrong with it. */
function decodeOne(bytes: Uint8Array, codecs: readonly Codec[], flags: DecodeFlags): readonly string[] {
  const readings = detectDialect(bytes, codecs)
  const best = readings[0]
  if (best === undefined) return ['the message is shorter than any envelope']
  if (!best.result.ok) {
    const cut = detectMisannounced(bytes, codecs)
    if (cut !== undefined && reachOf(cut, bytes.length) > reachOf(best, bytes.length))
      return [explainMisannounced(cut, flags.lang)]
    return [explainFailure(best, bytes, codecs, flags)]
  }
  const { spec } = best.codec
  const message = best.result.value
  if (flags.json) {
    const json = messageToJson(spec, best.envelope, message, flags.reveal === true)
    process.stdout.write(`${JSON.stringify(json)}\n`)
    return []
  }
  const description = describeMessage(spec, message, {
    language: flags.lang,
    reveal: flags.reveal === true,
    describeChipData,
  })
  process.stdout.write(`${describeEnvelope(best, flags.lang)}${description}\n`)
  return []
}

function explainMisannounced(
  { announced, actual, codec, result, start }: MisannouncedReading,
  language: CliLanguage,
): string {
  const sizes =
    language === 'zh'
      ? `报文长度为 ${announced} 字节，实际 ${actual} 字节`
      : `the length says ${announced} bytes, ${actual} follow`
  if (result.ok)
    return language === 'zh'
      ? `${sizes}；去掉长度可按 ${codec.spec.id} 解析`
      : `${sizes}; without the length it decodes as ${codec.spec.id}`
  const sentence = describeDecodeError(result.error, language)
  return `${sizes}; ${codec.spec.id}: ${sentence} (${result.error.kind}, message starts at byte ${start})`
}

function explainFailure(
  best: Reading,
  bytes: Uint8Array,
  codecs: readonly Codec[],
  flags: DecodeFlags,
): string {
  if (best.result.ok) return ''
  const { error } = best.result
  const id = best.codec.spec.id
  const sentence = describeDecodeError(error, flags.lang)
  const asked = new Set(codecs.map((codec) => codec.spec.id))
  const other = detectDialect(
    bytes,
    builtInCodecs().filter((codec) => !asked.has(codec.spec.id)),
  ).find((reading) => reading.result.ok)
  const hint = other === undefined ? '' : `; it decodes as ${other.codec.spec.id}`
  return `not a message of ${id}: ${sentence} (${error.kind}, message starts at byte ${best.start})${hint}`
}
