import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { concatBytes, fromHex } from '../../../src/base/bytes.ts'
import { openHostLog } from '../../../src/host/service/host-log.ts'
import { openSharedHost, openSharedRecords } from '../../../src/host/service/open-shared-host.ts'
import { readPostgresAddress } from '../../../src/host/store/postgres-place.ts'
import { compileSpec } from '../../../src/iso8583/compile.ts'
import { UNIONPAY_POS } from '../../../src/iso8583/specs/unionpay-pos.ts'
import { PASSWORD, PostgresServer } from '../../postgres/postgres-server.ts'
import { WireClient } from './wire-client.ts'

const ANY_PORTS = { 'unionpay-pos': 0, 'iso1987-ascii': 0, 'iso1987-binary': 0 }

let server: PostgresServer
let directory: string
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-shared-'))
  server = await PostgresServer.start()
})
afterAll(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

async function messageOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof Error && error.name === 'StoreError') return error.message
    throw error
  }
  return ''
}

/** A folder with the local master key of `from`. */
function folderWithKeyOf(from: string, name: string): string {
  const folder = join(directory, name)
  mkdirSync(folder, { mode: 0o700 })
  copyFileSync(join(from, 'local-master-key'), join(folder, 'local-master-key'))
  return folder
}

describe('hosts that share a store', () => {
  it('two first starts at the same moment set it up once; the one without the key is told to copy it', async () => {
    const place = readPostgresAddress(await server.emptyDatabase())
    const starts = await Promise.allSettled(
      ['one', 'two'].map((name) => openSharedRecords(join(directory, name), place)),
    )
    const opened = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
    const refused = starts.flatMap((start) => (start.status === 'rejected' ? [String(start.reason)] : []))
    expect(opened).toHaveLength(1)
    expect(refused).toEqual([
      expect.stringMatching(/copy the file local-master-key|is missing, but the database holds keys/),
    ])
    const [records] = opened
    expect(await records?.store.listTerminals()).toHaveLength(2)
    expect(await records?.store.checkBooks()).toEqual([])
    await records?.close()
  })

  it('with the same key both run; what one adds the other serves; each answers what it took before it ends', async () => {
    const place = readPostgresAddress(await server.emptyDatabase())
    const first = join(directory, 'first')
    const records = await openSharedRecords(first, place)
    const options = { place, ports: ANY_PORTS, log: openHostLog('silent') }
    const hosts = [
      await openSharedHost({ ...options, dataDirectory: first }),
      await openSharedHost({ ...options, dataDirectory: folderWithKeyOf(first, 'second') }),
    ]
    await Promise.all(
      ['20000001', '20000002', '20000003'].map((tid) =>
        records.estate((estate) => estate.addTerminal(tid, '001290058120001')),
      ),
    )
    await expect(
      Promise.all(
        [1, 2].map(() => records.estate((estate) => estate.addTerminal('20000004', '001290058120001'))),
      ),
    ).rejects.toThrow('terminal 20000004 exists already')
    expect((await hosts[1]?.store.listTerminals())?.map(({ tid }) => tid)).toEqual(
      expect.arrayContaining(['20000001', '20000002', '20000003', '20000004']),
    )
    const parameters = await downloads(hosts[1]?.ports['unionpay-pos'] ?? 0, '360')
    expect(parameters).toMatch(/^123020121023322Tillwire Caf/)
    await records.downloads((desk) => {
      const { version } = desk.now('parameters')
      return desk.save('anna', { set: 'parameters', scope: '', version, content: { values: { '12': '45' } } })
    })
    expect(await downloads(hosts[0]?.ports['unionpay-pos'] ?? 0, '360')).toMatch(/^124522Tillwire Caf/)
    expect(await downloads(hosts[1]?.ports['unionpay-pos'] ?? 0, '361')).toBe('')
    const [terminal] = await records.store.listTerminals()
    expect(terminal).toMatchObject({ processingRequest: 0, setup: { sets: { parameters: { loaded: 2 } } } })
    const client = new WireClient(hosts[0]?.ports['unionpay-pos'] ?? 0)
    const answer = client.exchange(signIn())
    await hosts[1]?.close()
    expect(Buffer.from(await answer).toString('hex')).toContain('0810')
    client.close()
    await hosts[0]?.close()
    await records.close()
  })

  it('ends soon while its server is silent', async () => {
    const lines: Socket[] = []
    const between = createServer((line) => {
      const onward = connect(server.port, '127.0.0.1')
      lines.push(line, onward)
      for (const [from, to] of [
        [line, onward],
        [onward, line],
      ] as const)
        from.on('error', () => {}).pipe(to)
    })
    await once(between.listen(0, '127.0.0.1'), 'listening')
    const { port } = between.address() as AddressInfo
    const place = readPostgresAddress((await server.emptyDatabase()).replace(`:${server.port}/`, `:${port}/`))
    const host = await openSharedHost({
      place,
      ports: ANY_PORTS,
      log: openHostLog('silent'),
      dataDirectory: join(directory, 'silent'),
    })
    // Somebody asks for what will not come.
    for (const line of lines) line.unpipe()
    const asked = host.store.ledgerBalances().catch((error: Error) => error.name)
    await host.close()
    expect(await asked).toBe('StoreError')
    for (const line of lines) line.destroy()
    between.close()
  }, 20_000)

  it.each([
    [
      'nobody listens',
      async () => 'postgres://tillwire:x@127.0.0.1:1/tillwire',
      /does not answer: start the server/,
    ],
    [
      'a wrong password',
      async () => server.address('postgres', 'wrong-word'),
      /refuses the user or the password/,
    ],
    ['no such database', async () => server.address('nowhere'), /no such database: create it/],
    ['no address', async () => 'postgres://', /write postgres:\/\/user/],
    ['no database in it', async () => 'postgres://tillwire:x@127.0.0.1', /names no database/],
    [
      'tables of another program',
      async () => {
        const address = await server.emptyDatabase()
        await server.ask(address.slice(address.lastIndexOf('/') + 1), 'CREATE TABLE terminals (theirs TEXT)')
        return address
      },
      /another program: give it a database of its own/,
    ],
    [
      'a newer schema',
      async () => {
        const address = await server.emptyDatabase()
        const place = readPostgresAddress(address)
        const records = await openSharedRecords(join(directory, 'newer'), place)
        await records.close()
        await server.ask(
          address.slice(address.lastIndexOf('/') + 1),
          'UPDATE tillwireSchema SET version = 999',
        )
        return address
      },
      /schema 999.*newer program/,
    ],
  ])('%s: one line that says what to do, without the password', async (name, addressOf, expected) => {
    const address = await addressOf()
    const open = async () =>
      openSharedRecords(join(directory, name.replaceAll(' ', '-')), readPostgresAddress(address))
    const message = await messageOf(open())
    expect(message).toMatch(expected)
    expect(message).not.toContain('\n')
    for (const secret of [PASSWORD, 'wrong-word', ':x@']) expect(message).not.toContain(secret)
  })
})

/** A sign-in of the first default terminal. */
/** Field 62 of the answer to one message of a download, one character a byte. */
async function downloads(port: number, code: string): Promise<string> {
  const client = new WireClient(port)
  const reply = await client.exchange(
    request({ 41: '10000001', 42: '001290058120001', 60: `00000001${code}` }),
  )
  client.close()
  const decoded = compileSpec(UNIONPAY_POS).decode(reply, 11)
  if (!decoded.ok) throw new Error('the reply is none')
  const field62 = decoded.value.fields[62]
  return field62 instanceof Uint8Array ? Buffer.from(field62).toString('latin1') : ''
}

function signIn(): Uint8Array {
  return request({ 11: '000001', 41: '10000001', 42: '001290058120001', 60: '00000001004', 63: '01 ' })
}

function request(fields: Readonly<Record<number, string>>): Uint8Array {
  const encoded = compileSpec(UNIONPAY_POS).encode({ mti: '0800', fields })
  if (!encoded.ok) throw new Error(`field ${encoded.error.field}`)
  return concatBytes([fromHex('6000030000603200320001'), encoded.value])
}
