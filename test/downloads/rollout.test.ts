import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Estate } from '../../src/host/estate/estate.ts'
import { EstateRefusal } from '../../src/host/estate/estate-refusal.ts'
import { PackageShelf } from '../../src/host/estate/package-shelf.ts'
import { RateBook } from '../../src/host/estate/rate-book.ts'
import { isWithin, type RolloutCounts, reachedStates } from '../../src/host/estate/rollout-plan.ts'
import { type Rollout, Rollouts } from '../../src/host/estate/rollouts.ts'
import { KeptFolder } from '../../src/host/office/kept-folder.ts'
import { openOffice } from '../../src/host/office/open-office.ts'
import { openSecurityModule } from '../../src/host/security-module/software-security-module.ts'
import { OfficeFiles } from '../../src/host/service/office-files.ts'
import { publishRollouts } from '../../src/host/service/publish-rollouts.ts'
import { DownloadHost } from './download-world.ts'
import { PackageTerminal, signedPackage } from './package-world.ts'

const RULE = { percent: 100, failurePercentMax: 20, failuresMin: 3 }
const LOAD = { kind: 'loadPackage' } as const

const directories: string[] = []
afterEach(() => {
  for (const each of directories.splice(0)) rmSync(each, { recursive: true, force: true })
})

/** A host with `count` terminals, a shelf and roll-outs. */
class RolloutWorld {
  readonly directory = mkdtempSync(join(tmpdir(), 'tillwire-rollout-'))
  readonly host: DownloadHost
  readonly tids: readonly string[]
  readonly security = openSecurityModule({ directory: this.directory })
  readonly office = openOffice({ directory: undefined, security: this.security, nowMs: () => 1000 })
  readonly shelf: PackageShelf
  rollouts: Rollouts

  constructor(count: number) {
    this.tids = Array.from({ length: count }, (_, index) => String(20_000_000 + index))
    directories.push(this.directory)
    this.host = new DownloadHost(this.tids)
    const { database: office, audit, nowMs } = this.office
    this.shelf = new PackageShelf({ directory: this.directory, office, audit, nowMs })
    this.rollouts = this.open()
  }

  open(): Rollouts {
    const { database: office, audit, nowMs } = this.office
    const { store } = this.host
    this.rollouts = new Rollouts({
      office,
      audit,
      shelf: this.shelf,
      estate: new Estate(store, this.security),
      terminals: () => store.listTerminals(),
      typeOf: () => 'fixed',
      nowMs,
    })
    this.host.catalogue.software = this.rollouts
    return this.rollouts
  }

  terminal(tid: string, profile: object = {}): PackageTerminal {
    return new PackageTerminal(this.host, { terminalId: tid, ...profile })
  }

  asked(): readonly string[] {
    return this.tids.filter((tid) => this.host.terminal(tid).processingRequest === 6)
  }

  counts(rollout: Rollout): RolloutCounts {
    const reached = reachedStates(this.host.store.listTerminals(), rollout.packageId)
    return this.rollouts.counts(rollout, reached)
  }

  state(tid: string): string | undefined {
    return this.host.terminal(tid).setup?.software?.state
  }
}

describe('the shelf', () => {
  it('takes in what is whole and signed, once, and gives it back only as it was', () => {
    const { shelf, directory, office } = new RolloutWorld(1)
    const file = signedPackage('1.1.0')
    const { id } = shelf.add('li', file)
    expect(shelf.add('wang', file)).toMatchObject({ id, addedBy: 'li', version: '1.1.0' })
    expect(shelf.list()).toHaveLength(1)
    expect(office.audit.list({ action: 'software.', limit: 9 })).toHaveLength(1)
    const path = join(directory, 'packages', `${id}.twpk`)
    writeFileSync(path, readFileSync(path).subarray(1))
    expect(shelf.file(id)).toBeUndefined()
  })

  it.each([
    ['cut short', (file: Uint8Array) => file.slice(0, -1), 'cut short'],
    ['changed', (file: Uint8Array) => file.with(file.length - 1, 1), 'not what the manifest'],
    ['not signed', (file: Uint8Array) => file.with(file.length - 950, 1), 'signature'],
    ['something else', () => Uint8Array.of(1, 2, 3), 'no software package'],
  ])('refuses what is %s, and keeps nothing of it', (_, spoil, words) => {
    const { shelf } = new RolloutWorld(1)
    expect(() => shelf.add('li', spoil(signedPackage('1.1.0')))).toThrow(words)
    expect(shelf.list()).toEqual([])
  })
})

/** The back office's files in a shared database. */
class SharedFiles {
  readonly #bodies = new Map<string, { readonly digest: string; readonly body: Uint8Array }>()

  files() {
    return [...this.#bodies].map(([name, { digest }]) => ({ name, digest }))
  }

  file(name: string) {
    return this.#bodies.get(name)?.body
  }

  keepFile({ name, digest }: { readonly name: string; readonly digest: string }, body: Uint8Array) {
    this.#bodies.set(name, { digest, body })
  }
}

describe('hosts without the back office', () => {
  it('serve the roll-out of the one that has it, and it hears of the failures', async () => {
    const world = new RolloutWorld(10)
    const published = publishRollouts(world.rollouts, world.directory, 3_600_000)
    const shared = new SharedFiles()
    const folder = new KeptFolder(world.directory, shared)
    const elsewhere = mkdtempSync(join(tmpdir(), 'tillwire-elsewhere-'))
    directories.push(elsewhere)
    const office = { files: async () => shared.files(), file: async (name: string) => shared.file(name) }
    const files = new OfficeFiles(office, elsewhere, new RateBook(elsewhere), 3_600_000)
    world.host.catalogue.software = files.software
    const { id: packageId } = world.shelf.add('li', signedPackage('1.1.0'))
    world.rollouts.start('li', { packageId, ...RULE })
    const [early = '', other = ''] = world.tids
    // It came before this host had heard of it, went away with nothing, and is asked again.
    expect(world.terminal(early).run(LOAD)).toEqual({ kind: 'done' })
    expect(world.state(early)).toBe('active')
    expect(world.asked()).not.toContain(early)
    published.look()
    folder.keep()
    await files.look()
    expect(world.asked()).toContain(early)
    for (const tid of [early, other]) {
      expect(world.terminal(tid).run(LOAD)).toEqual({ kind: 'done' })
      expect(world.state(tid)).toBe('loaded')
    }
    for (const tid of world.tids.slice(2, 5)) {
      world.terminal(tid, { packageKeys: ['0'.repeat(64)] }).run(LOAD)
      expect(world.state(tid)).toBe('refused')
    }
    published.look()
    expect(world.rollouts.list()).toMatchObject([{ state: 'stopped', reason: 'failures' }])
    folder.keep()
    await files.look()
    const [late = ''] = world.tids.slice(6)
    world.terminal(late).run(LOAD)
    expect(world.state(late)).toBe('active')
    published.end()
    await files.end()
  })
})

describe('a roll-out', () => {
  it('asks its part of the terminals, always the same, and a wider part holds the narrower one', () => {
    const world = new RolloutWorld(400)
    const { id: packageId } = world.shelf.add('li', signedPackage('1.1.0'))
    const { id } = world.rollouts.start('li', { packageId, ...RULE, percent: 10 })
    const first = world.asked()
    expect(first.length).toBeGreaterThan(20)
    expect(first.length).toBeLessThan(60)
    const other = world.tids.find((tid) => !first.includes(tid)) ?? ''
    expect(world.terminal(other).run(LOAD)).toEqual({ kind: 'done' })
    expect(world.state(other)).toBe('active')
    expect(world.host.terminal(other).setup?.software?.packageId).toBeUndefined()
    world.rollouts.change('li', id, { version: 1, percent: 50 })
    expect(world.asked()).toEqual(expect.arrayContaining([...first]))
    expect(world.asked().length).toBeGreaterThan(150)
    expect(() => world.rollouts.change('li', id, { version: 2, percent: 20 })).toThrow('only grows')
    expect(world.tids.every((tid) => isWithin(tid, packageId, 100))).toBe(true)
  })

  it('follows each terminal from the offer to the proof', () => {
    const world = new RolloutWorld(3)
    const { id: packageId } = world.shelf.add('li', signedPackage('1.1.0'))
    const rollout = world.rollouts.start('li', { packageId, ...RULE })
    const [tid = ''] = world.tids
    const terminal = world.terminal(tid)
    terminal.run(LOAD)
    const counts = () => world.counts(rollout)
    expect(counts()).toEqual({ targets: 3, loading: 0, loaded: 1, active: 0, failed: 0 })
    expect(world.asked()).not.toContain(tid)
    terminal.start()
    terminal.proveItself()
    expect(counts()).toEqual({ targets: 3, loading: 0, loaded: 0, active: 1, failed: 0 })
    terminal.run(LOAD)
    expect(world.state(tid)).toBe('active')
  })

  it('stops by itself when too many fail, tells why, and offers it to nobody any more', () => {
    const world = new RolloutWorld(12)
    const { id: packageId } = world.shelf.add('li', signedPackage('1.1.0'))
    world.rollouts.start('li', { packageId, ...RULE })
    const untrusting = { packageKeys: ['0'.repeat(64)] }
    for (const tid of world.tids.slice(0, 2)) world.terminal(tid, untrusting).run(LOAD)
    expect(world.rollouts.list()[0]).toMatchObject({ state: 'running' })
    const half = world.terminal(world.tids[5] ?? '')
    half.cut = { at: 12, isDone: true }
    expect(() => half.run(LOAD)).toThrow('')
    half.cut = undefined
    world.terminal(world.tids[2] ?? '', untrusting).run(LOAD)
    expect(world.rollouts.list()[0]).toMatchObject({ state: 'stopped', reason: 'failures' })
    expect(world.office.audit.list({ action: 'rollout.changed', limit: 1 })[0]).toMatchObject({
      actor: 'system',
      detail: { reason: 'failures' },
    })
    // The one that is half-way keeps what it has, and is told that there is nothing.
    expect(half.run(LOAD)).toEqual({ kind: 'done' })
    expect(half.shown).toContain('packageNone')
    expect(half.state.packages?.active).toBeUndefined()
    const last = world.terminal(world.tids[9] ?? '')
    last.run(LOAD)
    expect(last.state.packages).toBeUndefined()
  })

  it('pauses, goes on, and knows after a restart of the host what it knew', () => {
    const world = new RolloutWorld(8)
    const { id: packageId } = world.shelf.add('li', signedPackage('1.1.0'))
    const { id } = world.rollouts.start('li', { packageId, ...RULE })
    const untrusting = { packageKeys: ['0'.repeat(64)] }
    for (const tid of world.tids.slice(0, 2)) world.terminal(tid, untrusting).run(LOAD)
    world.rollouts.change('li', id, { version: 1, state: 'paused' })
    const terminal = world.terminal(world.tids[4] ?? '')
    terminal.run(LOAD)
    expect(terminal.shown).toContain('packageNone')
    expect(() => world.rollouts.change('wang', id, { version: 1, state: 'running' })).toThrow(EstateRefusal)
    world.open()
    world.rollouts.change('li', id, { version: 2, state: 'running' })
    expect(world.asked()).toContain(world.tids[4])
    terminal.run(LOAD)
    expect(world.state(world.tids[4] ?? '')).toBe('loaded')
    // Two failures were known already.
    world.terminal(world.tids[2] ?? '', untrusting).run(LOAD)
    expect(world.rollouts.list()[0]).toMatchObject({ state: 'stopped', reason: 'failures' })
  })

  it('one at a time; a way back is a package of its own', () => {
    const world = new RolloutWorld(1)
    const [tid = ''] = world.tids
    const terminal = world.terminal(tid)
    const bring = (file: Uint8Array): void => {
      const { id: packageId } = world.shelf.add('li', file)
      const { id } = world.rollouts.start('li', { packageId, ...RULE })
      expect(() => world.rollouts.start('li', { packageId, ...RULE })).toThrow('stop it first')
      terminal.run(LOAD)
      terminal.start()
      terminal.proveItself()
      world.rollouts.change('li', id, { version: 1, state: 'stopped' })
    }
    bring(signedPackage('1.2.0'))
    bring(signedPackage('1.1.0', { rollbackFrom: '1.2.0' }))
    expect(world.host.terminal(tid).setup?.software).toMatchObject({ running: '1.1.0', state: 'active' })
  })

  it('is for its types of terminals only', () => {
    const world = new RolloutWorld(5)
    const { id: packageId } = world.shelf.add('li', signedPackage('1.1.0', { terminalTypes: ['board'] }))
    world.rollouts.start('li', { packageId, ...RULE })
    expect(world.asked()).toEqual([])
  })

  it('brings a package to a thousand terminals within seconds', () => {
    const world = new RolloutWorld(1000)
    const { id: packageId } = world.shelf.add('li', signedPackage('1.1.0'))
    const rollout = world.rollouts.start('li', { packageId, ...RULE })
    expect(world.asked()).toHaveLength(1000)
    for (const tid of world.tids) {
      const terminal = world.terminal(tid)
      terminal.run(LOAD)
      terminal.start()
      terminal.proveItself()
    }
    expect(world.asked()).toEqual([])
    expect(world.counts(rollout)).toEqual({
      targets: 1000,
      loading: 0,
      loaded: 0,
      active: 1000,
      failed: 0,
    })
  })
})
