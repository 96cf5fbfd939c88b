import { describe, expect, it } from 'vitest'
import { nodeRandom } from '../../src/crypto/node-random.ts'
import { PadHands } from '../../src/workbench/pad-hands.ts'

const [LI, WANG] = ['li', 'wang']

function asked(...operators: readonly string[]): PadHands {
  const hands = new PadHands(nodeRandom)
  for (const each of operators) hands.operated(each)
  expect(hands.asked(true)).toBe(true)
  return hands
}

describe('the hands on the PIN pad', () => {
  it('are those of the viewer who did the last thing before; the others see it covered', () => {
    const hands = asked(WANG, LI)
    expect(hands.view(LI)).toMatchObject({ hands: 'yours', layout: { length: 10 } })
    for (const other of [WANG, undefined]) {
      expect(hands.view(other)).toEqual({ hands: 'others', layout: [] })
      for (const place of [3, 'enter', 'clear', 'cancel'] as const)
        expect(hands.keyAt(place, other)).toBe('covered')
    }
    expect(hands.keyAt(3, LI)).toBe(hands.view(LI).layout[3])
    expect(hands.keyAt('enter', LI)).toBe('enter')
  })

  it('do not change while a PIN is typed, whatever others do', () => {
    const hands = asked(LI)
    hands.operated(WANG)
    expect(hands.asked(true)).toBe(false)
    expect(hands.take(WANG)).toBe(false)
    expect(hands.view(WANG).hands).toBe('others')
    hands.asked(false)
    hands.asked(true)
    expect(hands.view(WANG).hands).toBe('yours')
  })

  it('are free when nobody operated from a viewer, or the viewer is gone; then the first who takes it has it', () => {
    const hands = asked()
    expect(hands.view(LI)).toEqual({ hands: 'free', layout: [] })
    expect(hands.keyAt(3, LI)).toBe('covered')
    expect(hands.take(undefined)).toBe(false)
    expect(hands.take(LI)).toBe(true)
    const before = hands.view(LI).layout
    expect(hands.take(WANG)).toBe(false)
    hands.left(LI)
    expect(hands.view(WANG).hands).toBe('free')
    expect(hands.take(WANG)).toBe(true)
    // Another face: what the first one touched says nothing of it. That all ten stay in place is one in 10!.
    expect(hands.view(WANG).layout).not.toEqual(before)
  })

  it('show nothing and take nothing while no PIN is asked for', () => {
    const hands = asked(LI)
    hands.asked(false)
    expect(hands.view(LI)).toEqual({ hands: 'free', layout: [] })
    expect(hands.take(LI)).toBe(false)
  })
})
