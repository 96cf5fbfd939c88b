import { describe, expect, it } from 'vitest'
import { createChipCard } from '../../../hardware/emulator/chip-card/chip-card.ts'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { hasBit, TVR } from '../../../src/emv/results.ts'
import { completeContact } from '../../../src/terminal/kernel/completion.ts'
import { startContact } from '../../../src/terminal/kernel/contact.ts'
import { hex, vectorOf } from '../../emv/public-vectors.ts'
import { countingRandom } from '../../hardware/chip-card/test-cards.ts'
import { type Exchange, runKernel, testConfig, testTransaction } from './kernel-world.ts'

interface Recorded {
  readonly c: string
  readonly r: string
}

const trace = vectorOf('trace-contact-upi')
const recorded = trace.inputs['apdus'] as readonly Recorded[]

/** The real UnionPay test card of the trace, as far as the recording goes. */
function replayCard() {
  const card = createChipCard(
    {
      format: 'tillwire-card-1',
      name: 'public trace',
      replay: {
        atr: '3B6500002063CBA000',
        exchanges: recorded.map(({ c, r }) => ({ command: c, response: r })),
      },
    },
    { random: countingRandom() },
  )
  expect(toHex(card.powerOn())).toBe('3B6500002063CBA000')
  return card
}

/** The day, the amount, the country and the unpredictable number of the trace. */
function traceWorld() {
  const chain = vectorOf('oda-upi-full-chain').inputs
  const un = fromHex('7863AFC6')
  const config = testConfig({
    country: '036',
    currency: '036',
    merchantName: '\0'.repeat(20),
    caKeys: [
      {
        rid: fromHex('A000000333'),
        index: 9,
        modulus: hex(chain, 'caModulus'),
        exponent: hex(chain, 'caExponent'),
      },
    ],
  })
  const transaction = testTransaction({
    amountMinor: 6580,
    localTime: { year: 2015, month: 3, day: 16, hour: 16, minute: 1, second: 36 },
  })
  const world = {
    card: replayCard(),
    random: { bytes: (size: number) => (size === 4 ? un : new Uint8Array(size)) },
    // The first of three: "UICC CREDIT".
    ask: () => ({ kind: 'chosen', id: '0' }) as const,
  }
  return { config, transaction, world }
}

describe('kernel against a recorded UnionPay card', () => {
  it('sends the same commands up to the records, and verifies the real signature', () => {
    const { config, transaction, world } = traceWorld()
    const exchanges: Exchange[] = []
    const start = runKernel(world, startContact(config, transaction), exchanges)
    if (start.kind !== 'online') throw new Error(start.kind)
    const commands = exchanges.map(({ command }) => command)
    const wanted = recorded.map(({ c }) => c)
    const records = wanted.slice(
      0,
      wanted.findIndex((command) => command.startsWith('80CA')),
    )
    expect(commands.slice(0, records.length)).toEqual(records)
    expect(commands).toContain('00880000047863AFC600')
    expect(commands).toContain('80CA9F3600')
    expect(commands).toContain('80CA9F1300')
    expect(start.card).toMatchObject({
      pan: trace.expected['pan'],
      expiry: '3010',
      aid: trace.expected['aidSelected'],
      label: 'UICC CREDIT',
    })
    expect(toHex(start.results.cryptogram)).toBe(trace.expected['arqc'])
    expect(toHex(start.results.applicationTransactionCounter)).toBe(trace.expected['atc'])
    // Real certificates, real static data, real dynamic signature: no bit of offline authentication.
    expect(start.results.terminalVerificationResults[0]).toBe(0)
    expect(hasBit(start.results.terminalVerificationResults, TVR.versionsDiffer)).toBe(false)
    expect(toHex(start.results.cvmResults)).toBe('5E0300')
    expect(start.signature).toBe(true)
  })

  it('asks for the first cryptogram with the same data but for what a terminal chooses', () => {
    const { config, transaction, world } = traceWorld()
    const exchanges: Exchange[] = []
    runKernel(world, startContact(config, transaction), exchanges)
    const own = exchanges.find(({ command }) => command.startsWith('80AE'))?.command ?? ''
    const theirs = recorded.find(({ c }) => c.startsWith('80AE'))?.c ?? ''
    // The unpredictable number of GENERATE AC differs from that of DDA in the trace.
    expect(own).toBe(theirs.replace('3510540E', '7863AFC6'))
  })

  it('completes: 6700 to EXTERNAL AUTHENTICATE is a failed issuer authentication, the TC stands', () => {
    const { config, transaction, world } = traceWorld()
    const start = runKernel(world, startContact(config, transaction))
    if (start.kind !== 'online') throw new Error(start.kind)
    const answer = {
      kind: 'answered',
      approved: true,
      responseCode: '00',
      field55: fromHex('91081122334455667788'),
    } as const
    const exchanges: Exchange[] = []
    const end = runKernel(world, completeContact(start.session, answer), exchanges)
    expect(exchanges[0]).toEqual({ command: '00820000081122334455667788', response: '6700' })
    expect(exchanges[1]?.command.slice(0, 46)).toBe(recorded.at(-1)?.c.slice(0, 46))
    expect(end).toMatchObject({ kind: 'approved', reversalNeeded: false })
    expect(toHex(end.results.cryptogram)).toBe(trace.expected['tc'])
    expect(toHex(end.results.transactionStatusInformation)).toBe('F800')
    expect(hasBit(end.results.terminalVerificationResults, TVR.issuerAuthenticationFailed)).toBe(true)
  })
})
