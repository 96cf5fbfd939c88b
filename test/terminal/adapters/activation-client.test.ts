import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openFactory } from '../../../hardware/emulator/factory.ts'
import { certifyPad } from '../../../hardware/emulator/pad-certificate.ts'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { DEFAULT_MERCHANT } from '../../../src/host/estate/default-estate.ts'
import { KeyDistribution } from '../../../src/host/security-module/key-distribution.ts'
import { type ActivationOptions, activateTerminal } from '../../../src/terminal/adapters/activation-client.ts'
import { deliverEvidence } from '../../../src/terminal/adapters/commissioning/deliver-evidence.ts'
import { sendEvidence } from '../../../src/terminal/adapters/commissioning/evidence-client.ts'
import { EvidenceStore } from '../../../src/terminal/adapters/evidence-store.ts'
import { parseProfile } from '../../../src/terminal/adapters/profile-file.ts'
import {
  COMMISSIONING_STEPS,
  type StepEvidence,
} from '../../../src/terminal/flows/commissioning/step-evidence.ts'
import type { CommandOutcome, TerminalCommand } from '../../../src/terminal/flows/terminal-command.ts'
import { DEFAULT_PROFILE } from '../../../src/terminal/flows/terminal-profile.ts'
import { NOW_MS } from '../../hardware/key-loading-world.ts'
import { PAD_MEMORY, VirtualBoard } from '../../hardware/virtual-board.ts'
import { type ConsoleClient, type OpenedConsole, openTestConsole } from '../../host/console/console-client.ts'

let world: OpenedConsole
let support: ConsoleClient
let board: VirtualBoard
let tid = ''

beforeAll(async () => {
  world = await openTestConsole(() => NOW_MS)
  const factory = await openFactory(`${world.directory}/factory`, () => NOW_MS)
  const { security } = world.host
  const distribution = new KeyDistribution({ directory: world.directory, security, nowMs: () => NOW_MS })
  const request = await distribution.certificateRequest('host')
  distribution.certified(await factory.certifySender(request), factory.root)
  board = new VirtualBoard().plugIn()
  await certifyPad(board.memory, factory)
  support = await world.as('support')
  const csv = `serial,type\n${PAD_MEMORY.serialNumber},board\nSPARE001,board`
  expect((await support.ask('POST', '/api/estate/deliveries', { name: 'd1', csv })).body).toEqual({
    count: 2,
  })
  const path = `/api/estate/devices/${PAD_MEMORY.serialNumber}/assignment`
  const assigned = await support.ask('POST', path, { mid: DEFAULT_MERCHANT.mid })
  expect(assigned.status).toBe(201)
  tid = assigned.body.tid
})
afterAll(() => world.close())

let commands: TerminalCommand[]
beforeEach(() => {
  commands = []
})

/** A terminal of which the pad is real, and the rest does as it is told. */
function terminalOf(commissioned = false, terminalId = '99999999'): ActivationOptions['terminal'] {
  return {
    state: { commissioned },
    profile: { ...DEFAULT_PROFILE, terminalId },
    async run(command): Promise<CommandOutcome> {
      commands.push(command)
      if (command.kind === 'requestKey') return keyRequest(command.context)
      const { keyPackage = '' } = command as { readonly keyPackage?: string }
      const answer = board.ask({
        kind: 'pinPad',
        command: { op: 'loadKeyPackage', keyPackage: fromHex(keyPackage) },
      })
      if (answer.kind !== 'masterKeyLoaded')
        return { kind: 'failed', reason: 'keyCheckFailed', detail: answer.kind }
      return { kind: 'masterKey', checkValue: toHex(answer.checkValue) }
    },
  }
}

function keyRequest(context: string): CommandOutcome {
  const answer = board.ask({ kind: 'pinPad', command: { op: 'requestKey', context: fromHex(context) } })
  if (answer.kind !== 'keyRequest') return { kind: 'failed', reason: 'device', detail: answer.kind }
  const certificates = (board.memory.content.transport?.certificates ?? []).map((each) =>
    toHex(Buffer.from(each, 'base64')),
  )
  return {
    kind: 'keyRequest',
    certificates,
    nonce: toHex(answer.nonce),
    signature: toHex(answer.signature),
  }
}

async function newCode(): Promise<string> {
  return (await support.ask('POST', `/api/estate/terminals/${tid}/codes`, {})).body.code
}

function activate(code: string, options: Partial<ActivationOptions> = {}) {
  return activateTerminal({
    code,
    consoleUrl: world.console.url,
    terminal: terminalOf(),
    retryMs: 1,
    ...options,
  })
}

describe('activating a terminal over the API', () => {
  it('gives it its identity and its key; host and pad have the same check value', async () => {
    const activated = await activate(await newCode())
    if (!activated.ok) throw new Error(activated.error.en)
    const { profile, checkValue, host, profileFile } = activated.value
    expect(profile).toMatchObject({ terminalId: tid, merchantId: DEFAULT_MERCHANT.mid })
    expect(host).toEqual({ host: '127.0.0.1', port: world.host.ports['unionpay-pos'] })
    expect(world.host.terminal(tid)?.masterKey?.checkValue).toBe(checkValue)
    expect(commands.map(({ kind }) => kind)).toEqual(['requestKey', 'commission'])
    const setup = parseProfile(profileFile, 'profile.json')
    expect(setup.ok && setup.value.caKeys.length).toBe(3)
    const detail = await support.ask('GET', `/api/estate/terminals/${tid}`)
    expect(detail.body).toMatchObject({
      terminal: { serial: PAD_MEMORY.serialNumber, keyCheckValue: checkValue },
      device: { state: 'installed' },
      codes: [{ state: 'used' }],
    })
    expect(JSON.stringify(detail.body)).not.toContain('block')
  })

  it('gives a terminal that it is already a new key', async () => {
    const activated = await activate(await newCode(), { terminal: terminalOf(true, tid) })
    expect(activated.ok).toBe(true)
    expect(commands.map(({ kind }) => kind)).toEqual(['requestKey', 'loadKeyPackage'])
    const other = await activate(await newCode(), { terminal: terminalOf(true, '12345678') })
    expect(other).toMatchObject({ error: { kind: 'terminal' } })
  })

  it('is refused in both languages: wrong code, used code', async () => {
    const code = await newCode()
    expect(await activate('AAAAA-AAAAA')).toMatchObject({
      error: { kind: 'refused', en: expect.stringMatching('wrong'), zh: expect.stringMatching('激活码') },
    })
    expect(await activate('AAAA')).toMatchObject({ error: { kind: 'badCode' } })
    expect(await activate(code, { consoleUrl: 'ftp://x' })).toMatchObject({ error: { kind: 'badAddress' } })
    await activate(code)
    // It has signed in: the code is spent.
    world.host.estate.changeTerminal(tid, (row) => ({ ...row, macKey: row.masterKey }))
    expect(await activate(code)).toMatchObject({
      error: { kind: 'refused', en: expect.stringMatching('used already') },
    })
  })

  it('begins again with the same code when the power went before the key was in', async () => {
    const code = await newCode()
    const dead = terminalOf()
    const cut = await activate(code, {
      terminal: {
        ...dead,
        run: (command) =>
          command.kind === 'commission' ? Promise.reject(new Error('the power went')) : dead.run(command),
      },
    }).catch((error: Error) => error.message)
    expect(cut).toBe('the power went')
    const activated = await activate(code)
    if (!activated.ok) throw new Error(activated.error.en)
    expect(world.host.terminal(tid)?.masterKey?.checkValue).toBe(activated.value.checkValue)
  })

  it('survives answers that get lost: the same request is answered alike', async () => {
    const relay = await openRelay(1)
    const activated = await activate(await newCode(), { consoleUrl: relay.url })
    await relay.close()
    expect(activated).toMatchObject({ ok: true })
    expect(relay.asked()).toBe(2)
  })

  it('says when nobody is there, or somebody else', async () => {
    const relay = await openRelay(9)
    expect(await activate(await newCode(), { consoleUrl: relay.url })).toMatchObject({
      error: { kind: 'unreachable' },
    })
    await relay.close()
    const { port } = world.console
    const consoleUrl = `http://127.0.0.1:${port}/docs/`
    // The path of the address does not matter; another service does.
    expect((await activate('AAAAA-AAAAA', { consoleUrl })).ok).toBe(false)
  })

  it('two people who block one terminal: the second is told', async () => {
    const { terminal } = (await support.ask('GET', `/api/estate/terminals/${tid}`)).body
    const path = `/api/estate/terminals/${tid}/status`
    const change = { status: 'blocked', version: terminal.version }
    expect((await support.ask('PUT', path, change)).status).toBe(200)
    expect(world.host.terminal(tid)?.status).toBe('blocked')
    expect((await support.ask('PUT', path, { ...change, status: 'active' })).body).toMatchObject({
      kind: 'changedMeanwhile',
      detail: { present: { status: 'blocked' } },
    })
  })

  it('key ceremonies need a second factor', async () => {
    const administrator = await world.as('administrator')
    const reply = await administrator.ask('POST', '/api/estate/ceremonies', { tid })
    expect(reply).toMatchObject({ status: 403, body: { kind: 'secondFactorMissing' } })
  })
})

/** Loses the answers of the first `losses` requests, after the host has given them. */
async function openRelay(losses: number) {
  let count = 0
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const answer = await fetch(new URL(request.url ?? '/', world.console.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.concat(chunks).toString('utf8'),
    })
    count += 1
    if (count <= losses) request.socket.destroy()
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    asked: () => count,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

describe('sending evidence over the API', () => {
  const raw = { step: 'network' }
  const evidence: StepEvidence = {
    step: 'network',
    attempt: 1,
    startedAtMs: 1,
    endedAtMs: 2,
    verdict: 'passed',
    reasons: [],
    figures: { p95Ms: 12 },
    raw,
    rawHash: createHash('sha256').update(JSON.stringify(raw)).digest('hex'),
    softwareVersion: '1.0.0',
    terminalId: '',
    serialNumber: 'X',
  }

  it('is believed of the pad that signs it, and says what is missing', async () => {
    const sent = await sendEvidence(terminalOf(), world.console.url, [{ ...evidence, terminalId: tid }])
    if (!sent.ok) throw new Error(sent.error.en)
    expect(sent.value.failed).toEqual([])
    expect(sent.value.missing.map(({ step }) => step)).not.toContain('network')
    const path = `/api/estate/terminals/${tid}/commissioning/stage`
    const technician = await world.as('technician')
    expect((await technician.ask('PUT', path, { stage: 'live' })).status).toBe(409)
  })

  it('stands on the terminal’s page step by step; a terminal without a device is told so', async () => {
    const steps = async (of: string) => support.ask('GET', `/api/estate/terminals/${of}/commissioning/steps`)
    const before = (await steps(tid)).body
    expect(before.steps).toHaveLength(7)
    expect(before.steps[0]).toMatchObject({ step: 'network', verdict: 'passed' })
    expect(before.missing).toHaveLength(6)
    const failure = { zh: '超时太多', en: 'too many time-outs' }
    const worse: StepEvidence = {
      ...evidence,
      terminalId: tid,
      attempt: 2,
      verdict: 'failed',
      reasons: [failure],
    }
    expect(await sendEvidence(terminalOf(), world.console.url, [worse])).toMatchObject({ ok: true })
    const after = (await steps(tid)).body
    expect(after.steps[0]).toMatchObject({ verdict: 'failed', reasons: [failure] })
    expect(after.steps[1]).toMatchObject({ step: 'keys', verdict: 'none', endedAtMs: null })
    expect(after.missing).toHaveLength(7)
    expect((await steps('10000001')).status).toBe(409)
    expect((await steps('77777777')).status).toBe(404)
  })

  it('keeps exercises that nobody heard of, and tells of them by operator once the console is there', async () => {
    const directory = `${world.directory}/outbox`
    const store = new EvidenceStore(directory)
    const terminal = { ...terminalOf(true, tid), profile: { ...DEFAULT_PROFILE, terminalId: tid } }
    const parts = { terminal, store, softwareVersion: '1.0.0', nowMs: () => NOW_MS }
    store.exercisePassed({ exercise: 'sale', operator: '03' }, NOW_MS)
    const lost = await deliverEvidence({ ...parts, consoleUrl: 'http://127.0.0.1:1/' })
    expect(lost).toMatchObject({ ok: false, error: { zh: expect.stringMatching('控制台') } })
    expect(store.unsent().map(({ step }) => step)).toEqual(['training'])
    store.exercisePassed({ exercise: 'void', operator: '04' }, NOW_MS + 1)
    expect(await deliverEvidence({ ...parts, consoleUrl: world.console.url })).toMatchObject({ ok: true })
    expect(store.unsent()).toEqual([])
    const { training } = (await support.ask('GET', `/api/estate/terminals/${tid}/commissioning/steps`)).body
    expect(
      training.map(({ operator, isDone }: { operator: string; isDone: boolean }) => [operator, isDone]),
    ).toEqual([
      ['03', false],
      ['04', false],
    ])
    expect(training[0].exercises[0]).toMatchObject({ exercise: 'sale', atMs: NOW_MS })
    commands = []
    expect(await deliverEvidence({ ...parts, consoleUrl: world.console.url })).toBeUndefined()
    expect(commands).toEqual([])
    store.close()
  })

  it('has its report signed by a person, once nothing is missing', async () => {
    const path = `/api/estate/terminals/${tid}/commissioning`
    const technician = await world.as('technician')
    const refused = await technician.ask('POST', `${path}/reports`, {})
    expect(refused).toMatchObject({ status: 409, body: { en: expect.stringMatching('soak') } })
    const all = COMMISSIONING_STEPS.filter((step) => step !== 'functions').map((step) => ({
      ...evidence,
      step,
      attempt: 9,
      terminalId: tid,
    }))
    const batch = { batch: '000001', transactions: [{ stan: '000001', status: 'declined', amountMinor: 5 }] }
    const functions: StepEvidence = {
      ...evidence,
      step: 'functions',
      terminalId: tid,
      raw: batch,
      rawHash: createHash('sha256').update(JSON.stringify(batch)).digest('hex'),
    }
    await sendEvidence(terminalOf(), world.console.url, [...all, functions])
    expect((await technician.ask('PUT', `${path}/stage`, { stage: 'live' })).body.en).toContain('not signed')
    const signed = await technician.ask('POST', `${path}/reports`, {})
    expect(signed.status).toBe(201)
    const { number } = signed.body
    const listed = (await support.ask('GET', `${path}/steps`)).body
    expect(listed).toMatchObject({ isPassed: true, isAccepted: true, missing: [], reports: [signed.body] })
    expect((await support.ask('GET', `${path}/reports/${number + 1}`)).status).toBe(404)
    expect((await technician.ask('PUT', `${path}/stage`, { stage: 'live' })).status).toBe(200)
  })

  it('is refused when the pad signed something else', async () => {
    const honest = terminalOf()
    const liar = {
      run: (command: TerminalCommand) =>
        honest.run(command.kind === 'requestKey' ? { ...command, context: '00'.repeat(32) } : command),
    }
    const sent = await sendEvidence(liar, world.console.url, [{ ...evidence, terminalId: tid }])
    expect(sent.ok).toBe(false)
  })
})
