import { describe, expect, it } from 'vitest'
import type { ApplicationImage, CardImage } from '../../../hardware/emulator/chip-card/card-image.ts'
import { createChipCard } from '../../../hardware/emulator/chip-card/chip-card.ts'
import { concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { selectCommand } from '../../../src/emv/apdu.ts'
import { encodeTlv, encodeTlvs } from '../../../src/emv/ber-tlv.ts'
import type { Question, QuestionAnswer } from '../../../src/terminal/flows/screen.ts'
import { readContactCard } from '../../../src/terminal/kernel/contact.ts'
import type { KernelConfig } from '../../../src/terminal/kernel/kernel-config.ts'
import { applicationOf, countingRandom, testCard } from '../../hardware/chip-card/test-cards.ts'
import { type Exchange, runKernel, testConfig, testTransaction } from './kernel-world.ts'

/** A card with copies of one application under other names. */
function cardWith(
  applications: readonly Partial<ApplicationImage>[],
  chip: { directory?: boolean; blocked?: boolean } = {},
): CardImage {
  const image = testCard({ authentication: 'sda' })
  const base = applicationOf(image)
  if (image.chip !== undefined) {
    image.chip.applications = applications.map((changes) => ({ ...structuredClone(base), ...changes }))
    image.chip.directory = chip.directory ?? true
    image.chip.blocked = chip.blocked ?? false
  }
  return image
}

const DEBIT = { aid: 'A000000333010101', label: 'DEBIT', priority: 1 }
const CREDIT = { aid: 'A000000333010102', label: 'CREDIT', priority: 2 }

function read(
  image: CardImage,
  options: {
    config?: KernelConfig
    ask?: (question: Question) => QuestionAnswer
    exchanges?: Exchange[]
  } = {},
) {
  const card = createChipCard(image, { random: countingRandom() })
  card.powerOn()
  const { ask } = options
  const world = ask === undefined ? { card } : { card, ask }
  const flow = readContactCard(options.config ?? testConfig(), testTransaction())
  const reading = runKernel(world, flow, options.exchanges)
  return reading.kind === 'read' ? reading.card.label : reading
}

const blocked = (state: ApplicationImage['state']) => ({ ...state, blocked: true })

describe('selection: one application', () => {
  it.each([true, false])('is taken without a question (directory: %s)', (directory) => {
    expect(read(cardWith([DEBIT], { directory }))).toBe('DEBIT')
  })

  it('asks when the card wants consent, and stops without it', () => {
    const image = cardWith([{ ...DEBIT, priority: 0x81 }])
    const questions: Question[] = []
    const ask = (answer: QuestionAnswer) => (question: Question) => {
      questions.push(question)
      return answer
    }
    expect(read(image, { ask: ask({ kind: 'confirmed' }) })).toBe('DEBIT')
    expect(questions).toMatchObject([
      { kind: 'confirm', screen: { id: 'chip.confirmApplication', values: { label: 'DEBIT' } } },
    ])
    expect(read(image, { ask: ask({ kind: 'cancelled' }) })).toEqual({
      kind: 'ended',
      reason: { kind: 'cancelled' },
    })
  })

  it('shows the preferred name only when its alphabet is known', () => {
    const image = cardWith([
      { ...DEBIT, preferredName: toHex(Uint8Array.from([0x4d, 0x69, 0x65, 0x75, 0x78])) },
    ])
    expect(read(image)).toBe('Mieux')
    expect(read(image, { config: testConfig({ codeTables: [] }) })).toBe('DEBIT')
  })
})

describe('selection: several applications', () => {
  it('are offered by priority, and the chosen one is used', () => {
    const image = cardWith([CREDIT, { aid: 'A000000333010103', label: 'QUASI', priority: 0 }, DEBIT])
    const seen: string[] = []
    const choose = (id: string) => (question: Question) => {
      if (question.kind === 'choose') {
        seen.push(question.options.map(({ screen }) => String(screen.values?.['label'])).join(' '))
      }
      return { kind: 'chosen', id } as const
    }
    expect(read(image, { ask: choose('1') })).toBe('CREDIT')
    expect(seen).toEqual(['DEBIT CREDIT QUASI'])
    expect(read(image, { ask: choose('2') })).toBe('QUASI')
    expect(read(image, { ask: () => ({ kind: 'timeout' }) })).toEqual({
      kind: 'ended',
      reason: { kind: 'timeout' },
    })
  })

  it('one that fails its final SELECT is taken off and the next is tried', () => {
    const image = cardWith([{ ...DEBIT, state: blocked(applicationOf(testCard()).state) }, CREDIT])
    expect(read(image, { ask: () => ({ kind: 'chosen', id: '0' }) })).toBe('CREDIT')
  })

  it('one that refuses the transaction (6985) is taken off and the next is tried', () => {
    const state = { ...applicationOf(testCard()).state, atc: 0xffff }
    const image = cardWith([{ ...DEBIT, state }, CREDIT])
    expect(read(image, { ask: () => ({ kind: 'chosen', id: '0' }) })).toBe('CREDIT')
  })

  it('partial names are found one after the other, and only where the terminal allows it', () => {
    const longer = [
      { aid: 'A00000033301010101', label: 'FIRST', priority: 2 },
      { aid: 'A00000033301010102', label: 'SECOND', priority: 1 },
    ]
    const offered: string[] = []
    const ask = (question: Question): QuestionAnswer => {
      if (question.kind === 'choose')
        offered.push(...question.options.map(({ screen }) => String(screen.values?.['label'])))
      return { kind: 'chosen', id: '0' }
    }
    for (const directory of [true, false]) {
      offered.length = 0
      expect(read(cardWith(longer, { directory }), { ask })).toBe('SECOND')
      expect(offered).toEqual(['SECOND', 'FIRST'])
      const config = testConfig()
      const exact = {
        ...config,
        applications: config.applications.map((each) => ({ ...each, partialMatch: false })),
      }
      expect(read(cardWith(longer, { directory }), { config: exact })).toEqual({
        kind: 'ended',
        reason: { kind: 'noCommonApplication' },
      })
    }
  })
})

describe('selection: nothing to work with', () => {
  it.each([true, false])('an unknown application is no common one (directory: %s)', (directory) => {
    const image = cardWith([{ aid: 'A0000009990101', label: 'OTHER', priority: 1 }], { directory })
    expect(read(image)).toEqual({ kind: 'ended', reason: { kind: 'noCommonApplication' } })
  })

  it.each([true, false])('blocked applications are told apart (directory: %s)', (directory) => {
    const image = cardWith([{ ...DEBIT, state: blocked(applicationOf(testCard()).state) }], { directory })
    expect(read(image)).toEqual({ kind: 'ended', reason: { kind: 'applicationBlocked' } })
  })

  it('a blocked card is told apart', () => {
    expect(read(cardWith([DEBIT], { blocked: true }))).toEqual({
      kind: 'ended',
      reason: { kind: 'cardBlocked' },
    })
  })
})

describe('selection: cards that break the standard', () => {
  /** A card of fixed answers: the first whose beginning matches. */
  function scripted(answers: readonly (readonly [begin: string, response: string])[]) {
    return {
      transmit: (apdu: Uint8Array) =>
        fromHex(answers.find(([begin]) => toHex(apdu).startsWith(begin))?.[1] ?? '6A82'),
    }
  }
  const run = (answers: readonly (readonly [string, string])[]) =>
    runKernel({ card: scripted(answers) }, readContactCard(testConfig(), testTransaction()))
  const directory = '6F15840E315041592E5359532E4444463031A5038801019000'
  const debit = toHex(
    concatBytes([
      encodeTlv(
        '6F',
        encodeTlvs([
          ['84', fromHex(DEBIT.aid)],
          ['A5', fromHex('500144')],
        ]),
      ),
      fromHex('9000'),
    ]),
  )

  it('a directory that never ends is left after its 255 records', () => {
    const entry = '701261104F08A000000999010101500444454249'
    expect(
      run([
        ['00A404000E', directory],
        ['00B2', `${entry}9000`],
      ]),
    ).toMatchObject({ kind: 'ended' })
  })

  it('a card that finds one application after the other without end is left', () => {
    const answers = [
      ['00A40400', '6A82'],
      ['00A40402', debit],
    ] as const
    expect(
      run([
        ['00A404000E', '6A82'],
        ['00A40400', debit.replace('A000000333010101', 'A000000333010109')],
        ...answers,
      ]),
    ).toBeDefined()
  })

  it.each([
    ['GPO answers rubbish', '800312349000', 'fallback'],
    ['GPO answers an error', '6A80', 'fallback'],
    ['the file locator is wrong', '800A7C0008010000100101029000', 'ended'],
  ])('%s', (_name, options, kind) => {
    expect(
      run([
        ['00A404000E', '6A82'],
        ['00A4040008A00000033301010100', debit],
        ['80A8', options],
      ]),
    ).toMatchObject({ kind })
  })

  it.each([
    ['no template', '5A0862109480000000119000'],
    ['duplicate object', '70145A08621094800000001157005A0862109480000000119000'],
    ['mandatory objects missing', '700A5A0862109480000000119000'],
    ['an error', '6A83'],
  ])('a record with %s makes the card unusable', (_name, record) => {
    expect(
      run([
        ['00A404000E', '6A82'],
        ['00A4040008A00000033301010100', debit],
        ['80A8', '80067C00080101009000'],
        ['00B2', record],
      ]),
    ).toEqual({ kind: 'ended', reason: { kind: 'badCard', step: 'records' } })
  })

  it('any answers at all lead to an end', () => {
    const random = countingRandom(7)
    for (let round = 0; round < 300; round++) {
      const card = {
        transmit: () => {
          const size = (random.bytes(1)[0] ?? 0) % 40
          return concatBytes([random.bytes(size), fromHex('9000')])
        },
      }
      const reading = runKernel({ card }, readContactCard(testConfig(), testTransaction()))
      expect(['ended', 'fallback']).toContain(reading.kind)
    }
    expect(toHex(selectCommand(fromHex(DEBIT.aid), 'next'))).toBe('00A4040208A00000033301010100')
  })
})
