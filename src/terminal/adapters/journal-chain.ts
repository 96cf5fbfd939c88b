import { createHash } from 'node:crypto'
import type { JournalRecord } from '../flows/journal-record.ts'

/** Link before the first record. 64 hexadecimal digits, as every link. */
export const GENESIS_LINK = '0'.repeat(64)

/** The bytes that stand for `record` in the journal. */
export function encodeRecord(record: JournalRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record))
}

/** What `encodeRecord` wrote, or undefined when `body` is nothing of that kind. */
export function decodeRecord(body: Uint8Array): JournalRecord | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    // The chain has proved that these are the bytes that were written: only the shape of the top is checked.
    const isRecord = typeof value === 'object' && value !== null && 'kind' in value
    return isRecord ? (value as JournalRecord) : undefined
  } catch {
    return undefined
  }
}

/** Ties a record to all before it, so that none can change, go or move without being noticed. */
export function linkOf(previous: string, sequence: number, body: Uint8Array): string {
  return createHash('sha256').update(`${previous} ${sequence} `).update(body).digest('hex')
}

/** Seals what stands outside the chain; the parts can't flow into each other. */
export function sealOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length} `).update(part)
  return hash.digest('hex')
}
