import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { KeylessTerminal } from '../../../bench/keyless-terminal.ts'
import { tidOf } from '../../../bench/prefill.ts'
import { registerTerminals } from '../../../bench/register-terminals.ts'
import { openHostLog } from '../../../src/host/service/host-log.ts'
import { openHost } from '../../../src/host/service/open-host.ts'

const TERMINALS = 1000
/** Fewer than a listener lets wait. */
const WAVE = 250
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tillwire-storm-'))
  registerTerminals(folder, TERMINALS)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** One after the other, as a terminal does; all terminals at once. */
async function begin(terminal: KeylessTerminal): Promise<readonly unknown[]> {
  return [await terminal.signIn(), await terminal.loadParameters(), await terminal.listCaKeys()]
}

it('a thousand terminals that come at once all get their keys and their downloads', async () => {
  const host = await openHost({
    dataDirectory: folder,
    ports: { 'unionpay-pos': 0, 'iso1987-ascii': 0, 'iso1987-binary': 0 },
    log: openHostLog('silent'),
  })
  try {
    const terminals: KeylessTerminal[] = []
    while (terminals.length < TERMINALS) {
      const wave = Array.from({ length: WAVE }, (_, index) =>
        KeylessTerminal.open(host.ports['unionpay-pos'], terminals.length + index),
      )
      terminals.push(...(await Promise.all(wave)))
    }
    const got = await Promise.all(terminals.map(begin))
    for (const terminal of terminals) terminal.close()
    const different = new Set(got.map((each) => JSON.stringify(each)))
    expect([...different]).toEqual([expect.stringMatching(/^\[true,true,\d+\]$/)])
    const rows = host.store.listTerminals().filter(({ tid }) => tid >= tidOf(0) && tid < tidOf(TERMINALS))
    expect(rows.filter(({ signedIn, macKey }) => signedIn && macKey !== undefined)).toHaveLength(TERMINALS)
    expect(rows.filter(({ setup }) => setup?.sets.parameters?.loaded === 1)).toHaveLength(TERMINALS)
    expect(new Set(rows.map(({ macKey }) => macKey?.checkValue)).size).toBeGreaterThan(TERMINALS - 5)
  } finally {
    await host.close()
  }
}, 60_000)
