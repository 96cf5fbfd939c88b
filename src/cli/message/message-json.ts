import { z } from 'zod'
import { maskField } from '../../iso8583/describe.ts'
import type { Envelope } from '../../iso8583/framing/envelope.ts'
import type { Message } from '../../iso8583/message.ts'
import { fieldsToText } from '../../iso8583/message-text.ts'
import type { MessageSpec } from '../../iso8583/spec.ts'
import { UsageFailure } from '../failure.ts'

/** The form of a message that `decode --json` prints and `encode` reads. */
export interface MessageJson {
  readonly dialect: string
  readonly tpdu?: string
  readonly header?: string
  readonly mti: string
  readonly fields: Readonly<Record<string, string>>
}

export function messageToJson(
  spec: MessageSpec,
  envelope: Envelope,
  message: Message,
  reveal: boolean,
): MessageJson {
  return {
    dialect: spec.id,
    ...(envelope.tpdu === undefined ? {} : { tpdu: envelope.tpdu }),
    ...(envelope.header === undefined ? {} : { header: envelope.header }),
    mti: message.mti,
    fields: reveal ? fieldsToText(message) : maskedFields(spec, message),
  }
}

function maskedFields(spec: MessageSpec, message: Message): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {}
  for (const [key, value] of Object.entries(message.fields)) {
    const element = spec.elements[Number(key)]
    if (value !== undefined && element !== undefined) fields[key] = maskField(element, value)
  }
  return fields
}

const schema = z.object({
  dialect: z.string().optional(),
  tpdu: z
    .string()
    .regex(/^[0-9A-Fa-f]{10}$/, 'is not 10 hexadecimal digits')
    .optional(),
  header: z
    .string()
    .regex(/^[0-9A-Fa-f]{12}$/, 'is not 12 hexadecimal digits')
    .optional(),
  mti: z.string().regex(/^\d{4}$/, 'is not four digits'),
  fields: z.record(z.string().regex(/^\d{1,3}$/, 'is not a bit number'), z.string()),
})

/** Checks text from outside. Errors name the place, never a value. */
export function parseMessageJson(text: string): z.infer<typeof schema> {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch {
    throw new UsageFailure('the message file is not JSON')
  }
  const parsed = schema.safeParse(data)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const place = issue?.path.join('.') || 'the message'
    throw new UsageFailure(`${place}: ${issue?.message ?? 'is not as it should be'}`)
  }
  for (const [key, value] of Object.entries(parsed.data.fields)) {
    if (/^<\d+ (bytes|characters|digits)>$/.test(value) || /^\d{6}\*+\d{4}$/.test(value)) {
      throw new UsageFailure(
        `field ${key} is masked; decode with --reveal to get a message that can be encoded`,
      )
    }
  }
  return parsed.data
}
