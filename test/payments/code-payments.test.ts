import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import type { Behaviour } from '../terminal/flows/fake-host.ts'
import { PowerCut, visibleText } from '../terminal/flows/fake-world.ts'
import { text } from '../terminal/flows/text-codec.ts'
import { CONFIRM_ABOVE, FIRST_BALANCE, JointWorld } from './joint-world.ts'

describe('the customer shows a code', () => {
  it('is a sale with 03x, A3 and no card, whose slip carries the voucher number', () => {
    const world = new JointWorld()
    const code = world.code()
    const outcome = world.terminal.run({ kind: 'codeSale', amountMinor: 1234, code })
    expect(outcome).toMatchObject({ kind: 'approved', transaction: { type: 'sale', amountMinor: 1234 } })
    const [sale] = world.terminal.sent('0200')
    expect(text(sale, 22)).toBe('032')
    expect(text(sale, 59)).toBe(`A3019${code}`)
    for (const bit of [2, 14, 26, 35, 36, 52, 53, 55]) expect(sale?.fields[bit]).toBeUndefined()
    expect(world.balanceMinor).toBe(FIRST_BALANCE - 1234)
    expect(JSON.stringify(world.terminal.printed())).toContain('VOUCHER')
  })

  it('is voided and refunded by voucher: A4, and zeros in field 37 of the refund', () => {
    const world = new JointWorld()
    world.terminal.run({ kind: 'codeSale', amountMinor: 5000, code: world.code() })
    const stan = text(world.terminal.sent('0200')[0], 11) ?? ''
    expect(world.terminal.run({ kind: 'void', stan })).toMatchObject({ kind: 'approved' })
    const sent = world.terminal.sent('0200')[1]
    expect(text(sent, 59)).toMatch(/^A4012\d{12}$/)
    expect(text(sent, 22)).toBe('032')
    expect(world.balanceMinor).toBe(FIRST_BALANCE)
    const paid = world.terminal.run({ kind: 'codeSale', amountMinor: 5000, code: world.code() })
    const voucher = paid.kind === 'approved' ? (paid.transaction.voucher ?? '') : ''
    expect(world.terminal.run({ kind: 'refund', amountMinor: 2000, voucher })).toMatchObject({
      kind: 'approved',
    })
    const refund = world.terminal.sent('0220')[0]
    expect(text(refund, 37)).toBe('000000000000')
    expect(text(refund, 59)).toBe(`A4012${voucher}`)
    expect(refund?.fields[2]).toBeUndefined()
    expect(world.balanceMinor).toBe(FIRST_BALANCE - 3000)
  })

  it('is reversed with A3 when no answer comes', () => {
    const world = new JointWorld()
    const code = world.code()
    world.terminal.behaviours = [{ kind: 'silent' }]
    const outcome = world.terminal.run({ kind: 'codeSale', amountMinor: 700, code })
    expect(outcome).toMatchObject({ kind: 'reversed', reversal: 'accepted' })
    expect(text(world.terminal.sent('0400')[0], 59)).toBe(`A3019${code}`)
    expect(world.balanceMinor).toBe(FIRST_BALANCE)
  })

  it('waits for the yes of the customer above the limit, then pays the confirmed amount', () => {
    const world = new JointWorld()
    let asked = 0
    world.host.customer = () => {
      if (++asked === 3) world.answer(true)
    }
    const amountMinor = CONFIRM_ABOVE + 1
    const outcome = world.terminal.run({ kind: 'codeSale', amountMinor, code: world.code() })
    expect(outcome).toMatchObject({ kind: 'approved', transaction: { amountMinor } })
    expect(world.terminal.screens()).toContain('customerConfirms')
    expect(world.terminal.state.codeOrder).toBeUndefined()
    expect(world.balanceMinor).toBe(FIRST_BALANCE - amountMinor)
  })

  it('ends when the cashier cancels, without money', () => {
    const world = new JointWorld()
    world.terminal.cancels = [true]
    const outcome = world.terminal.run({
      kind: 'codeSale',
      amountMinor: CONFIRM_ABOVE + 1,
      code: world.code(),
    })
    expect(outcome).toEqual({ kind: 'cancelled' })
    world.answer(true)
    expect(world.balanceMinor).toBe(FIRST_BALANCE)
  })

  it('takes lengths of two digits by profile', () => {
    const world = new JointWorld({ field59LengthDigits: 2 })
    const code = world.code()
    expect(world.terminal.run({ kind: 'codeSale', amountMinor: 1, code })).toMatchObject({ kind: 'approved' })
    expect(text(world.terminal.sent('0200')[0], 59)).toBe(`A319${code}`)
  })

  it('is off unless the profile says so', () => {
    const world = new JointWorld({ codePayments: [] })
    const code = world.code()
    expect(world.terminal.run({ kind: 'codeSale', amountMinor: 1, code })).toMatchObject({ kind: 'refused' })
    expect(world.terminal.run({ kind: 'codeOrder', amountMinor: 1 })).toMatchObject({ kind: 'refused' })
  })
})

describe('the customer scans a code', () => {
  it('is shown with its payload, paid after the yes', () => {
    const world = new JointWorld({ codePrinted: true })
    world.host.customer = () => world.answer(true)
    expect(world.terminal.run({ kind: 'codeOrder', amountMinor: 2500 })).toMatchObject({ kind: 'approved' })
    const shown = world.terminal.story.find((each) => each.kind === 'shown' && each.screen.id === 'codeShown')
    expect(JSON.stringify(shown)).toMatch(/"qr":"TW1:1-\d{6}"/)
    expect(JSON.stringify(world.terminal.printed()[0])).toMatch(/"kind":"qr","data":"TW1:1-\d{6}"/)
    expect(world.balanceMinor).toBe(FIRST_BALANCE - 2500)
  })

  it('is printed where no display can show it', () => {
    const world = new JointWorld({ codeDisplay: false })
    world.host.customer = () => world.answer(true)
    expect(world.terminal.run({ kind: 'codeOrder', amountMinor: 2500 })).toMatchObject({ kind: 'approved' })
    expect(JSON.stringify(world.terminal.printed()[0])).toMatch(/"kind":"qr","data":"TW1:1-\d{6}"/)
  })

  it.each([
    ['refused', false],
    ['closed', undefined],
  ] as const)('ends %s without money', (detail, yes) => {
    const world = new JointWorld()
    if (yes !== undefined) world.host.customer = () => world.answer(yes)
    const outcome = world.terminal.run({ kind: 'codeOrder', amountMinor: 2500 })
    expect(outcome).toEqual({ kind: 'failed', reason: 'orderNotPaid', detail })
    world.answer(true)
    expect(world.terminal.run({ kind: 'codeQuery' })).toMatchObject({ reason: 'noOpenOrder' })
    expect(world.balanceMinor).toBe(FIRST_BALANCE)
  })

  it('is closed at the host when the cashier cancels, and no yes comes late', () => {
    const world = new JointWorld()
    world.terminal.cancels = [false, true]
    const outcome = world.terminal.run({ kind: 'codeOrder', amountMinor: 2500 })
    expect(outcome).toEqual({ kind: 'cancelled' })
    expect(ordersAsked(world)).toEqual(['811', '812', '812', '813'])
    expect(world.terminal.screens()).toEqual(expect.arrayContaining(['orderClosing', 'orderEnded']))
    expect(world.terminal.state.codeOrder).toBeUndefined()
    world.answer(true)
    expect(world.terminal.run({ kind: 'codeQuery' })).toMatchObject({ reason: 'noOpenOrder' })
    expect(world.balanceMinor).toBe(FIRST_BALANCE)
  })

  it('is a sale when the yes came before the close, though the cashier cancelled', () => {
    const world = new JointWorld()
    world.terminal.cancels = [true]
    world.host.customer = () => ordersAsked(world).at(-1) === '813' && world.answer(true)
    expect(world.terminal.run({ kind: 'codeOrder', amountMinor: 2500 })).toMatchObject({ kind: 'approved' })
    expect(world.balanceMinor).toBe(FIRST_BALANCE - 2500)
    expect(world.terminal.run({ kind: 'settle' })).toMatchObject({ kind: 'settled' })
  })

  it('stays open in the journal when the line is cut while the cashier cancels: nothing was paid, and it says so', () => {
    const world = new JointWorld()
    world.terminal.cancels = [true]
    world.terminal.behaviours = [{ kind: 'answer' }, { kind: 'answer' }, { kind: 'lost' }]
    const outcome = world.terminal.run({ kind: 'codeOrder', amountMinor: 2500 })
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'noReply', detail: 'order' })
    expect(world.terminal.screens().at(-1)).toBe('orderUnclear')
    world.answer(true)
    expect(world.balanceMinor).toBe(FIRST_BALANCE)
    // The next payment closes it first; its yes moves nothing.
    world.terminal.run({ kind: 'codeSale', amountMinor: 100, code: world.code() })
    expect(world.balanceMinor).toBe(FIRST_BALANCE - 100)
    expect(world.terminal.state.codeOrder).toBeUndefined()
  })

  it('is asked for again after the power was cut, and paid once', () => {
    const world = new JointWorld()
    world.terminal.cut = { at: 25, after: false }
    expect(() => world.terminal.run({ kind: 'codeOrder', amountMinor: 2500 })).toThrow(PowerCut)
    expect(world.terminal.state.codeOrder).toMatchObject({ amountMinor: 2500 })
    world.terminal.restart()
    world.answer(true)
    expect(world.terminal.run({ kind: 'codeQuery' })).toMatchObject({ kind: 'approved' })
    expect(world.terminal.run({ kind: 'codeQuery' })).toMatchObject({ kind: 'refused' })
    expect(world.balanceMinor).toBe(FIRST_BALANCE - 2500)
  })
})

function ordersAsked({ terminal }: JointWorld): readonly (string | undefined)[] {
  return terminal.sent('0820').map((message) => text(message, 60)?.slice(8, 11))
}

interface Script {
  readonly deeds: readonly ('small' | 'large' | 'order' | 'query' | 'void' | 'refund')[]
  readonly behaviours: readonly Behaviour[]
  /** What the customer does before each question of the terminal; undefined: nothing yet. */
  readonly yes: readonly (boolean | undefined)[]
  readonly cancels: readonly boolean[]
  readonly cuts: readonly { readonly deed: number; readonly at: number; readonly after: boolean }[]
}

const script: fc.Arbitrary<Script> = fc.record({
  deeds: fc.array(
    fc.constantFrom(
      'small' as const,
      'large' as const,
      'order' as const,
      'query' as const,
      'void' as const,
      'refund' as const,
    ),
    { minLength: 1, maxLength: 6 },
  ),
  behaviours: fc.array(
    fc.constantFrom<Behaviour>(
      { kind: 'answer' },
      { kind: 'answer' },
      { kind: 'silent' },
      { kind: 'lost' },
      { kind: 'notSent' },
      { kind: 'dropped' },
    ),
    { maxLength: 20 },
  ),
  yes: fc.array(fc.constantFrom(undefined, true, false), { maxLength: 8 }),
  cancels: fc.array(fc.boolean(), { maxLength: 8 }),
  cuts: fc.array(fc.record({ deed: fc.nat(5), at: fc.nat(90), after: fc.boolean() }), { maxLength: 3 }),
})

function commandOf(world: JointWorld, deed: Script['deeds'][number], index: number): TerminalCommand {
  const approved = world.terminal.state.transactions.filter(
    ({ request, status }) => request.type === 'sale' && status === 'approved',
  )
  const { request, reply } = approved.at(-1) ?? {}
  switch (deed) {
    case 'small':
      return { kind: 'codeSale', amountMinor: 100 + index, code: world.code() }
    case 'large':
      return { kind: 'codeSale', amountMinor: CONFIRM_ABOVE + 1 + index, code: world.code() }
    case 'order':
      return { kind: 'codeOrder', amountMinor: 1000 + index }
    case 'query':
      return { kind: 'codeQuery' }
    case 'void':
      return { kind: 'void', stan: request?.stan ?? '999999' }
    case 'refund':
      return { kind: 'refund', amountMinor: 50, voucher: reply?.voucher ?? '1' }
  }
}

function play(world: JointWorld, { deeds, behaviours, yes, cancels, cuts }: Script): void {
  const { terminal } = world
  terminal.behaviours = [...behaviours]
  terminal.cancels = [...cancels]
  const answers = [...yes]
  world.host.customer = () => {
    const next = answers.shift()
    if (next !== undefined) world.answer(next)
  }
  deeds.forEach((deed, index) => {
    terminal.cut = cuts.find((cut) => cut.deed === index)
    try {
      terminal.run(commandOf(world, deed, index))
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error
      terminal.restart()
    }
  })
  terminal.cut = undefined
  terminal.behaviours = []
  world.host.customer = () => {}
}

it('both ends agree, wherever the power goes and whatever the line loses', () => {
  fc.assert(
    fc.property(script, (given) => {
      const world = new JointWorld({ reversalExhausted: 'keep' })
      play(world, given)
      expect(world.terminal.run({ kind: 'settle' })).toMatchObject({
        kind: 'settled',
        summary: { domesticFlag: '1', foreignFlag: '1' },
      })
      const settled = world.terminal.state.lastSettlement?.totals.domestic
      const paid = (settled?.debitAmountMinor ?? 0) - (settled?.creditAmountMinor ?? 0)
      expect(world.balanceMinor).toBe(FIRST_BALANCE - paid)
      expect(world.store.checkBooks()).toEqual([])
      expect(visibleText(world.terminal)).not.toMatch(/\b62\d{17}\b/)
    }),
    { numRuns: 150 },
  )
})
