import { JournalFile, type JournalReading, readJournal } from '../../sim/world/journal-file.ts'
import { VirtualFile } from '../../sim/world/virtual-disk.ts'

/** A journal of three appends, and the sizes at which each of them is whole. */
function threeAppends(): { readonly bytes: Uint8Array; readonly ends: readonly number[] } {
  const file = new VirtualFile()
  const journal = new JournalFile({
    file,
    reading: readJournal(new Uint8Array(0)),
    fate: () => ({ kind: 'well' }),
    powerCut: () => {},
    durable: () => {},
  })
  const ends: number[] = []
  for (let by = 1; by <= 3; by++) {
    journal.append([{ kind: 'stanJumped', by }, { kind: 'loggedOff' }], () => {})
    ends.push(file.size)
  }
  return { bytes: file.readSynced(), ends }
}

export const journalReading: {
  readonly threeAppends: typeof threeAppends
  readonly read: (bytes: Uint8Array) => JournalReading
} = { threeAppends, read: readJournal }
