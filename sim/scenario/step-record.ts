import { maskField } from '../../src/iso8583/describe.ts'
import type { FieldValue } from '../../src/iso8583/message.ts'
import { terminalCodec } from '../../src/terminal/adapters/frame-summary.ts'
import type { JournalRecord } from '../../src/terminal/flows/journal-record.ts'
import type { Screen } from '../../src/terminal/flows/screen.ts'
import type { FaultKind } from '../plan/fault-kinds.ts'

/** A message as it left its sender. */
export interface SentMessage {
  readonly mti: string
  /** Values in full, for comparing only. */
  readonly fields: { readonly [bit: number]: FieldValue | undefined }
}

/** What happened in one step. */
export interface StepRecord {
  readonly id: number
  /** Empty while it runs. */
  outcome: string
  readonly screens: Screen[]
  readonly messages: SentMessage[]
  readonly journal: JournalRecord[]
  /** Lines of text on paper. */
  readonly paper: string[]
  /** Trace number of its own request, once there is one. */
  stan: string | undefined
  /** Faults that struck. */
  readonly struck: FaultKind[]
}

const ENVELOPE_SIZE = 11
/** Fields that tell a message from others, in a list of what came instead. */
const TELLING = [3, 4, 11, 39] as const

export function newStepRecord(id: number): StepRecord {
  return { id, outcome: '', screens: [], messages: [], journal: [], paper: [], stan: undefined, struck: [] }
}

/** The message in `frame`, which has no length; undefined when it does not decode. */
export function sentMessage(frame: Uint8Array): SentMessage | undefined {
  const decoded = terminalCodec().decode(frame, ENVELOPE_SIZE)
  if (!decoded.ok) return undefined
  const { mti, fields } = decoded.value
  return { mti, fields }
}

/** A message as a scenario writes it, with the fields that tell it from others; nothing that may not be shown. */
export function wordsOfMessage({ mti, fields }: SentMessage, also: readonly number[] = []): string {
  const bits = [...new Set([...TELLING, ...also])].sort((left, right) => left - right)
  const words = bits.flatMap((bit) => {
    const value = fields[bit]
    return value === undefined ? [] : [`${bit}=${shownValue(bit, value)}`]
  })
  return [mti, ...words].join(' ')
}

function shownValue(bit: number, value: FieldValue): string {
  const element = terminalCodec().spec.elements[bit]
  return element === undefined ? '?' : maskField(element, value)
}
