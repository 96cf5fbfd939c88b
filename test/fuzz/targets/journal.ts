import Database from 'better-sqlite3'
import type { SeededRandom } from '../../../sim/world/seeded-random.ts'
import { GENESIS_LINK, linkOf, sealOf } from '../../../src/terminal/adapters/journal-chain.ts'
import { readContent, readSettings, writeSetting } from '../../../src/terminal/adapters/journal-content.ts'
import { JOURNAL_TABLES } from '../../../src/terminal/adapters/journal-database.ts'
import { JournalFailure } from '../../../src/terminal/adapters/journal-failure.ts'
import { initialState } from '../../../src/terminal/flows/terminal-state.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { changeJson, textOfInput } from '../json-mutator.ts'

const RECORDS_MAX = 30
const TIME = { year: 2026, month: 11, day: 23, hour: 8, minute: 0, second: 0 }
const REQUEST = {
  type: 'sale',
  stan: '000001',
  batch: '000001',
  amountMinor: 100,
  entry: 'keyed',
  localTime: TIME,
  operator: '01',
  panTruncated: '621094******0029',
  panProtected: 'AABB',
  pinEntered: false,
  receiptId: '000001',
}
const SEEDS: readonly (readonly object[])[] = [
  [
    { kind: 'commissioned', profileChanges: {} },
    { kind: 'masterKeyLoaded', checkValue: 'AABBCCDD' },
    { kind: 'signedIn', batch: '000002', localTime: TIME },
    { kind: 'stanUsed', stan: '000001' },
    { kind: 'stanJumped', by: 5 },
  ],
  [
    {
      kind: 'operatorStored',
      operator: { number: '01', salt: '00', hash: '00', role: 'cashier', mustChange: false },
    },
    { kind: 'loggedOn', number: '01' },
    { kind: 'passwordWrong', number: '01', localTime: TIME },
    { kind: 'passwordRight', number: '01' },
    { kind: 'operatorRemoved', number: '01' },
  ],
  [
    { kind: 'requested', request: REQUEST },
    {
      kind: 'answered',
      stan: '000001',
      approved: true,
      amountMinor: 100,
      partial: false,
      reply: { responseCode: '00' },
      verification: 'none',
      copies: ['merchant'],
    },
    { kind: 'receiptAttempted', id: '000001' },
    { kind: 'receiptPrinted', id: '000001', copy: 'merchant' },
  ],
  [
    { kind: 'requested', request: REQUEST },
    { kind: 'abandoned', stan: '000001', reason: '98' },
    { kind: 'reversalAttempted', stan: '000001', reason: '98' },
    { kind: 'reversalClosed', stan: '000001', result: 'done', responseCode: '00' },
  ],
  [
    { kind: 'checkpoint', state: initialState },
    { kind: 'processingRequested', request: 'signIn' },
    { kind: 'processingDone', request: 'signIn' },
    { kind: 'signedOff' },
  ],
  [
    { kind: 'settlementStarted', totals: {}, localTime: TIME, operator: '01' },
    { kind: 'settlementAnswered', domesticFlag: 'balanced', foreignFlag: 'balanced' },
    { kind: 'uploadFinished' },
    { kind: 'batchEnded' },
    { kind: 'batchClosed', nextBatch: '000002', summary: {} },
  ],
]

const database = new Database(':memory:')
for (const table of JOURNAL_TABLES) database.exec(table)
const insert = database.prepare('INSERT INTO record (sequence, body, link) VALUES (?, ?, ?)')
const insertSnapshot = database.prepare(
  'INSERT INTO snapshot (sequence, body, link, seal) VALUES (?, ?, ?, ?)',
)

/**
 * First byte: what is wrong besides; then one record a line. A journal whose chain is right but whose records are not
 * ours (another release, another program) is told as damaged, never an exception of another kind.
 */
export const target: FuzzTarget = {
  sizeMax: 2500,
  seeds: () =>
    [0, 1, 2, 4].flatMap((flaw) =>
      SEEDS.map((records) =>
        bytesOf(
          flaw,
          records.map((record) => JSON.stringify(record)),
        ),
      ),
    ),
  run(input) {
    const flaw = input[0] ?? 0
    const lines = textOfInput(input.subarray(1)).split('\n').slice(0, RECORDS_MAX)
    database.exec('DELETE FROM record; DELETE FROM snapshot; DELETE FROM setting')
    writeSetting(database, 'clock', '0')
    let link = GENESIS_LINK
    let sequence = 0
    for (const line of lines) {
      const body = new TextEncoder().encode(line)
      sequence++
      link = linkOf(link, sequence, body)
      if ((flaw & 4) !== 0 && sequence === 1)
        insertSnapshot.run(sequence, body, link, sealOf(String(sequence), link, body))
      else insert.run(sequence, body, (flaw & 1) !== 0 && sequence === 2 ? GENESIS_LINK : link)
    }
    if ((flaw & 2) !== 0) database.exec("UPDATE setting SET value = '1'")
    try {
      const content = readContent(database, 'journal')
      must(content.head.sequence === sequence && content.head.link === link, 'another head')
      must(Array.isArray(content.state.transactions), 'a state of another form')
      must((flaw & 1) === 0 || lines.length < 2, 'a broken chain is taken')
      readSettings(database, 'journal')
      must((flaw & 2) === 0, 'a broken seal is taken')
    } catch (error) {
      if (!(error instanceof JournalFailure)) throw error
      must(error.kind === 'corrupt' && error.message.startsWith('journal is damaged'), 'another failure')
    }
  },
  mutate(input, random) {
    const lines = textOfInput(input.subarray(1)).split('\n')
    const at = random.below(lines.length)
    return bytesOf(input[0] ?? 0, changedLines(lines, at, random))
  },
}

function changedLines(lines: readonly string[], at: number, random: SeededRandom): readonly string[] {
  const line = lines[at] ?? ''
  switch (random.below(4)) {
    case 0:
      return lines.toSpliced(at, 1)
    case 1:
      return lines.toSpliced(at, 0, JSON.stringify(random.pick(random.pick(SEEDS))))
    case 2:
      return lines.toSpliced(random.below(lines.length), 0, line)
    default:
      return lines.with(at, textOfInput(changeJson(new TextEncoder().encode(line), random)))
  }
}

function bytesOf(flaw: number, lines: readonly string[]): Uint8Array {
  return Uint8Array.from([flaw, ...new TextEncoder().encode(lines.join('\n'))])
}
