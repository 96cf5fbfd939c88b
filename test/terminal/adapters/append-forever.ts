import { openSqliteJournal } from '../../../src/terminal/adapters/sqlite-journal.ts'

/** A process of its own for the tests: appends until it is killed, and tells each record once it is durable. */
const [directory = ''] = process.argv.slice(2)
const journal = openSqliteJournal({ directory })
for (let stan = 1; ; stan++) {
  const padded = String(stan).padStart(6, '0')
  journal.append([{ kind: 'stanUsed', stan: padded }, { kind: 'loggedOff' }], (outcome) => {
    if (outcome.kind === 'failed') throw new Error(outcome.reason)
  })
  process.stdout.write(`${padded}\n`)
  // Lets the parent's pipe take it, so that what it has read is what was durable.
  await new Promise((resume) => setImmediate(resume))
}
