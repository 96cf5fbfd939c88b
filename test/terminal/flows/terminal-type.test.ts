import { describe, expect, it } from 'vitest'
import type { TerminalType } from '../../../hardware/profiles/terminal-type-shape.ts'
import { keypadMenu } from '../../../src/terminal/adapters/keypad-menu.ts'
import { findTerminalType, profileOfType } from '../../../src/terminal/adapters/terminal-type-profile.ts'
import { DEFAULT_PROFILE, type TerminalProfile } from '../../../src/terminal/flows/terminal-profile.ts'
import type { TransactionType } from '../../../src/terminal/flows/transaction-type.ts'
import { CHIP_STRIPE, openWorld, STRIPE } from './fake-world.ts'
import { text } from './text-codec.ts'

function found(name: string): TerminalType {
  const type = findTerminalType(name)
  if (!type.ok) throw new Error(type.error.message)
  return type.value
}

function typed(name: string): TerminalProfile {
  return profileOfType(DEFAULT_PROFILE, found(name))
}

const BOARD = found('board')

describe('a type of terminal', () => {
  it('turns off what it does not have', () => {
    expect(typed('fixed')).toEqual({
      ...DEFAULT_PROFILE,
      terminalType: 'fixed',
      contactlessReader: true,
      codeDisplay: false,
    })
    expect(typed('board')).toMatchObject({ contactlessReader: false })
    expect(typed('smart')).toMatchObject({ stripeReader: false, chipReader: true, printerPresent: true })
  })

  it.each([
    ['contact', 'chipReader'],
    ['stripe', 'stripeReader'],
    ['printer', 'printerPresent'],
    ['keyedEntry', 'keyedAllowed'],
    ['qrDisplay', 'codeDisplay'],
    ['signatureScreen', 'signaturePad'],
  ] as const)('%s decides %s, and turns on nothing that the profile has off', (capability, member) => {
    const on = { ...DEFAULT_PROFILE, [member]: true }
    const of = (has: boolean, profile = on) =>
      profileOfType(profile, { ...BOARD, capabilities: { ...BOARD.capabilities, [capability]: has } })[member]
    expect([of(true), of(false), of(true, { ...on, [member]: false })]).toEqual([true, false, false])
  })

  it('battery decides whether the terminal reports one', () => {
    const of = (battery: boolean) =>
      profileOfType(DEFAULT_PROFILE, { ...BOARD, capabilities: { ...BOARD.capabilities, battery } })
    expect([of(true).batteryPresent, of(false).batteryPresent]).toEqual([true, false])
  })

  it.each([
    [true, true, true],
    [true, false, true],
    [false, true, true],
    [false, false, false],
  ])('camera %s, scanner %s: reads codes %s', (camera, scanner, reads) => {
    const type = { ...BOARD, capabilities: { ...BOARD.capabilities, camera, scanner } }
    expect(profileOfType(DEFAULT_PROFILE, type).codeScanner).toBe(reads)
  })

  it('without camera and scanner refuses the code of a customer before it asks for anything', () => {
    const world = openWorld({ codePayments: ['customerShows'], codeScanner: false })
    expect(world.run({ kind: 'codeSale', amountMinor: 100 })).toEqual({
      kind: 'refused',
      reason: 'notCapable',
      detail: 'camera or scanner',
    })
    expect(world.story.some(({ kind }) => kind === 'asked')).toBe(false)
  })

  it('without display and printer refuses to show a code', () => {
    const world = openWorld({ codePayments: ['merchantShows'], codeDisplay: false, printerPresent: false })
    expect(world.run({ kind: 'codeOrder', amountMinor: 100 })).toMatchObject({ reason: 'notCapable' })
  })

  it('offers in its menu what it has a device for', () => {
    const names = (profile: Partial<TerminalProfile>): string => {
      const all = (items: ReturnType<typeof keypadMenu>): string =>
        items.map(({ command, items: inside }) => command?.kind ?? all(inside ?? [])).join(' ')
      return all(keypadMenu({ ...DEFAULT_PROFILE, ...profile }))
    }
    const both = ['customerShows', 'merchantShows'] as const
    expect(names({ codePayments: both })).toMatch(/codeSale codeOrder codeQuery/)
    expect(names({ codePayments: both, codeScanner: false })).not.toContain('codeSale')
    expect(names({ codePayments: both, codeDisplay: false, printerPresent: false })).not.toContain(
      'codeOrder',
    )
    expect(names({ printerPresent: false })).not.toMatch(/reprint|printOwed/)
    expect(names({})).not.toMatch(/code/)
    expect(names({})).toMatch(/reprint.*printOwed/)
  })

  it('does not offer what is switched off, nor a menu that nothing is left of', () => {
    const menuOf = (off: readonly TransactionType[]) => {
      const transactions = DEFAULT_PROFILE.transactions.filter((type) => !off.includes(type))
      return keypadMenu({ ...DEFAULT_PROFILE, codePayments: ['customerShows'], transactions })
    }
    const top = (off: readonly TransactionType[]) => menuOf(off).map(({ name }) => name.en)
    expect(top([]).slice(0, 6)).toEqual([
      'Sale',
      'Void',
      'Refund',
      'Pre-authorisation',
      'Pay by code',
      'Balance',
    ])
    expect(top(['sale', 'refund', 'balance']).slice(0, 3)).toEqual([
      'Void',
      'Pre-authorisation',
      'Settlement, prints',
    ])
    // A completion is voided by the same line.
    expect(top(['saleVoid'])).toContain('Void')
    expect(top(['saleVoid', 'completionVoid'])).not.toContain('Void')
    const preAuthorisation = DEFAULT_PROFILE.transactions.filter((type) => /preAuth|completion/.test(type))
    expect(top(preAuthorisation)).not.toContain('Pre-authorisation')
    const rest = menuOf(['completionAdvice']).find(({ name }) => name.en === 'Pre-authorisation')
    expect(rest?.items?.map(({ command }) => command?.kind)).toEqual([
      'preAuthorisation',
      'preAuthorisationCancel',
      'completion',
      'completionVoid',
    ])
  })

  it('offers to add a tip where tips are on and may come later', () => {
    const kinds = (profile: Partial<TerminalProfile>) =>
      keypadMenu({ ...DEFAULT_PROFILE, ...profile }).map(({ command }) => command?.kind)
    expect(kinds({ tips: true, tipAdjust: true })).toContain('tipAdjustment')
    expect(kinds({ tipAdjust: true })).not.toContain('tipAdjustment')
    expect(kinds({ tips: true })).not.toContain('tipAdjustment')
    expect(kinds({ tips: true, tipAdjust: true, transactions: ['refund'] })).not.toContain('tipAdjustment')
  })

  it('offers of commissioning and training what whoever runs it can do, and in training the way out', () => {
    const services = (...parts: Parameters<typeof keypadMenu>): readonly string[] =>
      keypadMenu(...parts).flatMap(({ service, items }) =>
        [service, ...(items ?? []).map((each) => each.service)].filter((each) => each !== undefined),
      )
    const all = ['activate', 'commission', 'train', 'exercises', 'leaveTraining'] as const
    for (const mode of ['live', 'training', 'boxed'] as const)
      expect(services(DEFAULT_PROFILE, mode)).toEqual([])
    expect(services(DEFAULT_PROFILE, 'live', all)).toEqual(['commission', 'train'])
    expect(services(DEFAULT_PROFILE, 'training', all)).toEqual(['exercises', 'leaveTraining'])
    expect(services(DEFAULT_PROFILE, 'boxed', all)).toEqual(['activate'])
    expect(services(DEFAULT_PROFILE, 'live', ['train', 'leaveTraining'])).toEqual(['train'])
  })

  it('says nothing in its status of a device that it does not have', () => {
    const statusOf = (profile: Partial<TerminalProfile>): string => {
      const world = openWorld(profile)
      world.run({ kind: 'uploadStatus' })
      return Buffer.from(text(world.sent('0820').at(-1), 62) ?? '', 'hex').toString('latin1')
    }
    expect(statusOf({})).toMatch(/^011020030040051/)
    expect(statusOf({ printerPresent: false })).toMatch(/^011020030051/)
    expect(statusOf({ chipReader: false, stripeReader: false })).toMatch(/^011020040051/)
  })

  it('must be one that is known', () => {
    const unknown = findTerminalType('toaster')
    expect(!unknown.ok && unknown.error.message).toMatch(/board, fixed, mobile, smart/)
    expect(findTerminalType('/nowhere/x.json').ok).toBe(false)
  })

  it('without a stripe reader asks for the chip only, and has nothing to fall back to', () => {
    const world = openWorld({ stripeReader: false })
    world.cards = [{ kind: 'chipUnreadable' }]
    expect(world.run({ kind: 'sale', amountMinor: 100 })).toMatchObject({ reason: 'cardNotReadable' })
    const shown = world.story.flatMap((each) => (each.kind === 'shown' ? [each.screen.id] : []))
    expect(shown).toContain('insertCard')
  })

  it('without a chip reader takes the stripe of a chip card', () => {
    const world = openWorld({ chipReader: false })
    world.cards = [CHIP_STRIPE]
    expect(world.run({ kind: 'sale', amountMinor: 100 })).toMatchObject({ kind: 'approved' })
  })

  it('without either says so', () => {
    const world = openWorld({ chipReader: false, stripeReader: false })
    expect(world.run({ kind: 'sale', amountMinor: 100 })).toEqual({
      kind: 'refused',
      reason: 'notCapable',
      detail: 'card reader',
    })
  })

  it('without a printer sells, reports and settles without paper', () => {
    const world = openWorld({ printerPresent: false })
    world.cards = [STRIPE]
    expect(world.run({ kind: 'sale', amountMinor: 100 })).toMatchObject({ kind: 'approved' })
    expect(world.run({ kind: 'report' })).toMatchObject({ kind: 'report' })
    expect(world.run({ kind: 'reprint' })).toMatchObject({ reason: 'notCapable' })
    expect(world.run({ kind: 'settle' })).toMatchObject({ kind: 'settled' })
    expect(world.state.owedReceipts).toEqual([])
    expect(world.story.some(({ kind }) => kind === 'printed')).toBe(false)
  })
})
