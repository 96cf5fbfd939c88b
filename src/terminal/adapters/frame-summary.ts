import { toHex } from '../../base/bytes.ts'
import { maskValue } from '../../base/exposure.ts'
import { type Codec, compileSpec } from '../../iso8583/compile.ts'
import { parseEnvelope } from '../../iso8583/framing/envelope.ts'
import type { FieldValue, Message } from '../../iso8583/message.ts'
import { UNIONPAY_POS } from '../../iso8583/specs/unionpay-pos.ts'

let compiled: Codec | undefined

/** The codec of the terminal's dialect, compiled once in a process. */
export function terminalCodec(): Codec {
  compiled ??= compileSpec(UNIONPAY_POS)
  return compiled
}

export interface FrameSummary {
  readonly size: number
  readonly mti?: string
  readonly fields?: { readonly [bit: string]: string }
  readonly error?: string
}

/** What a log may say of a frame: each field as far as its exposure allows, and nothing of what can't be read. */
export function summariseFrame(frame: Uint8Array): FrameSummary {
  const size = frame.length
  const split = parseEnvelope(frame, 'tpduAndHeader')
  if (split === undefined) return { size, error: 'shorter than its envelope' }
  const decoded = terminalCodec().decode(frame, split.start)
  if (!decoded.ok) return { size, error: decoded.error.kind }
  return { size, mti: decoded.value.mti, fields: maskedFields(decoded.value) }
}

function maskedFields({ fields }: Message): { readonly [bit: string]: string } {
  const { elements } = UNIONPAY_POS
  const masked: { [bit: string]: string } = {}
  for (const [bit, value] of Object.entries(fields)) {
    if (value === undefined) continue
    const exposure = exposureOf(elements, Number(bit))
    masked[bit] = maskValue(exposure, textOf(value), sizeText(value))
  }
  return masked
}

function exposureOf(elements: typeof UNIONPAY_POS.elements, bit: number) {
  const known: { readonly [bit: number]: { readonly exposure: 'clear' | 'truncatedPan' | 'never' } } =
    elements
  return known[bit]?.exposure ?? 'never'
}

function textOf(value: FieldValue): string {
  return typeof value === 'string' ? value : toHex(value)
}

function sizeText(value: FieldValue): string {
  return typeof value === 'string' ? `${value.length} characters` : `${value.length} bytes`
}
