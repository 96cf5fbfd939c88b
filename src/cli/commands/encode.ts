import { Command, Option } from 'commander'
import { concatBytes, toHex } from '../../base/bytes.ts'
import { compileSpec } from '../../iso8583/compile.ts'
import { envelopeBytes } from '../../iso8583/framing/envelope.ts'
import {
  LENGTH_PREFIXES,
  type LengthPrefix,
  tryLengthPrefixBytes,
} from '../../iso8583/framing/length-prefix.ts'
import { messageFromText } from '../../iso8583/message-text.ts'
import { UsageFailure } from '../failure.ts'
import { codecOf, DIALECT_IDS } from '../message/dialects.ts'
import { readText } from '../message/input.ts'
import { parseMessageJson } from '../message/message-json.ts'
import { loadSpecFile } from '../message/spec-file.ts'

interface EncodeFlags {
  readonly dialect?: string
  readonly spec?: string
  readonly length: LengthPrefix | 'none'
}

export function buildCommand(): Command {
  return new Command('encode')
    .description('Write a message as hexadecimal. The file has the form that decode --json --reveal prints.')
    .argument('<file>', 'JSON file with mti and fields (and tpdu and header); - reads standard input')
    .addOption(new Option('--dialect <id>', 'default: what the file says').choices(DIALECT_IDS))
    .option('--spec <file>', 'a spec of your own: JSON, or a jPOS GenericPackager XML file')
    .addOption(
      new Option('--length <kind>', 'length before the frame')
        .choices([...LENGTH_PREFIXES, 'none'])
        .default('none'),
    )
    .action(run)
}

async function run(file: string, flags: EncodeFlags): Promise<void> {
  const json = parseMessageJson(await readText(file))
  const dialect = flags.dialect ?? json.dialect
  if (flags.spec === undefined && dialect === undefined) {
    throw new UsageFailure(`say the dialect: --dialect with one of ${DIALECT_IDS.join(', ')}`)
  }
  const codec =
    flags.spec === undefined ? codecOf(dialect ?? '') : compileSpec(await loadSpecFile(flags.spec))
  const message = messageFromText(codec.spec, json)
  if (!message.ok)
    throw new UsageFailure(describeTextError(message.error.kind, message.error.field, codec.spec.id))
  const encoded = codec.encode(message.value)
  if (!encoded.ok) {
    const { kind, field, size } = encoded.error
    throw new UsageFailure(`field ${field}: ${REASONS[kind]}${size > 0 ? ` (${size})` : ''}`)
  }
  const frame = concatBytes([envelopeBytes(envelopeOf(json)), encoded.value])
  const prefix =
    flags.length === 'none' ? new Uint8Array(0) : tryLengthPrefixBytes(flags.length, frame.length)
  if (prefix === undefined)
    throw new UsageFailure(`${frame.length} bytes are too many for --length ${flags.length}`)
  process.stdout.write(`${toHex(concatBytes([prefix, frame]))}\n`)
}

function envelopeOf(json: { tpdu?: string | undefined; header?: string | undefined }) {
  return {
    ...(json.tpdu === undefined ? {} : { tpdu: json.tpdu }),
    ...(json.header === undefined ? {} : { header: json.header }),
  }
}

function describeTextError(kind: string, field: string, dialect: string): string {
  switch (kind) {
    case 'unknownField':
      return `field ${field} is not in ${dialect}`
    case 'notHex':
      return `field ${field} holds bytes: write them in hexadecimal`
    case 'badCharacter':
      return `field ${field} holds a character of more than one byte: write hex: and the bytes`
    default:
      return 'mti is not four digits'
  }
}

const REASONS = {
  badMti: 'the message type is not four digits',
  badDigit: 'holds something that is no digit',
  badCharacter: 'holds a character that is not allowed there',
  badLength: 'has a length that the field does not allow',
  badType: 'is text where bytes belong, or the other way round',
  unknownField: 'is not in the dialect',
  overflow: 'does not fit into the message',
} as const
