import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fromHex } from '../../../src/base/bytes.ts'
import {
  openSecurityModule,
  type SoftwareSecurityModule,
} from '../../../src/host/security-module/software-security-module.ts'
import { MemoryStore } from '../../../src/host/store/memory-store.ts'
import { expectRightBooks } from './books.ts'
import { BALANCE, PAN, PIN, TestHost } from './test-host.ts'
import { chipData, type Reply, TestTerminal } from './test-terminal.ts'

const COMPONENTS = ['0123456789ABCDEFFEDCBA9876543210', '00000000000000000000000000000000']
const code = ({ fields }: Reply) => fields[39]

describe('host core with the security module of the product', () => {
  let directory: string
  let security: SoftwareSecurityModule
  let host: TestHost
  let terminal: TestTerminal

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tillwire-core-'))
    security = openSecurityModule({ directory })
    host = new TestHost(new MemoryStore(), { security })
    host.changeTerminal({ masterKey: security.importKeyComponents('terminalMaster', 'tdes2', COMPONENTS) })
    terminal = new TestTerminal(host)
    terminal.masterKey = fromHex(COMPONENTS[0] ?? '')
    terminal.signIn()
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  it('stripe sale with PIN, encrypted track and MACs both ways; wrong PIN; void; reversal', () => {
    const sale = terminal.sale({ pin: PIN })
    expect([code(sale), sale.mac]).toEqual(['00', 'right'])
    expect(code(terminal.sale({ pin: '111111' }))).toBe('55')
    expect(code(terminal.voidOf(sale))).toBe('00')
    expect(code(terminal.reverse(terminal.sale()))).toBe('00')
    expect(host.account().state.balanceMinor).toBe(BALANCE)
    expectRightBooks(host)
  })

  it('chip sale: right and wrong cryptograms', () => {
    const { cryptogramKey } = host.store.listIssuers().find(({ id }) => id === 'home') ?? {}
    if (cryptogramKey === undefined) throw new Error('no key')
    const cardKey = security.personaliseCardKey(cryptogramKey, 'issuerMasterAc', {
      scheme: 'pboc-01',
      pan: PAN,
      panSequence: '01',
    })
    const pay = (atc: number, tamper: boolean): Reply => {
      const field55 = chipData({ cardKey, scheme: 'pboc-01', pan: PAN, atc, amount: 10_000, tamper })
      return terminal.sale({ entry: 'keyed', fields: { 22: '051', 23: '001', 55: field55 } })
    }
    expect([pay(1, false), pay(2, true), pay(2, false)].map(code)).toEqual(['00', '59', '00'])
    expectRightBooks(host)
  })

  it('a wrapped key that was changed answers 96', () => {
    const { macKey } = host.terminal()
    if (macKey === undefined) throw new Error('no key')
    host.changeTerminal({ macKey: { ...macKey, block: `${macKey.block.slice(0, -4)}AAAA` } })
    const frame = terminal.inbound('0200', terminal.financialFields('000000', '00', '22', {}))
    const [outcome] = host.process(frame)
    expect(outcome?.summary.responseCode).toBe('96')
    expect(host.account().state.balanceMinor).toBe(BALANCE)
  })
})
