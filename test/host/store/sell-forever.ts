import { SqliteStore } from '../../../src/host/store/sqlite-store.ts'
import { TestHost } from '../core/test-host.ts'
import { TestTerminal } from '../core/test-terminal.ts'

// Sells without end and tells each reference number only once its reply may leave. Meant to be killed.
const [path = ''] = process.argv.slice(2)
const store = new SqliteStore(path)
const isNew = store.listTerminals().length === 0
const host = new TestHost(store, { isSeeded: !isNew })
const terminal = TestTerminal.signedIn(host)
const used = store.listTransactions({ limit: 1 })[0]?.stan ?? 0
terminal.stan = used

for (;;) {
  const frames = Array.from({ length: 5 }, () =>
    terminal.inbound('0200', terminal.financialFields('000000', '00', '22', { amount: 1 })),
  )
  const outcomes = host.process(...frames)
  process.stdout.write(outcomes.map(({ summary }) => `${summary.rrn}\n`).join(''))
}
