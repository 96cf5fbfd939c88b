import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { MixPicker, parseMix } from '../../src/load/load-mix.ts'
import { LoadRandom } from '../../src/load/load-random.ts'
import { MIX_KINDS } from '../../src/load/unionpay/load-kind.ts'

function complaintOf(content: unknown): string {
  const mix = parseMix(content, MIX_KINDS)
  return mix.ok ? '' : mix.error
}

describe('mix', () => {
  it('those that come with the program are mixes', () => {
    const files = readdirSync('mixes')
    expect(files.sort()).toEqual(['chip.yaml', 'day.yaml', 'stripe.yaml'])
    for (const file of files) expect(complaintOf(parseYaml(readFileSync(`mixes/${file}`, 'utf8')))).toBe('')
  })

  it.each([
    [{ weights: { sail: 1 } }, /^weights\.sail: there is no such kind; there are saleStripe, /],
    [{ weights: { saleStripe: 0 } }, /^weights: at least one kind needs a weight above 0$/],
    [{ weights: { saleStripe: -1 } }, /^weights\.saleStripe: must be 0 or more$/],
    [{}, /^weights: /],
    [
      { weights: { saleStripe: 1 }, amounts: { leastMinor: 5, mostMinor: 4 } },
      /^amounts: leastMinor is above/,
    ],
    [{ weights: { saleStripe: 1 }, amounts: { leastMinor: 1, mostMinor: 800_000 } }, /^amounts: 7700\.00 to/],
    [{ weights: { saleStripe: 1 }, settleAfter: 2.5 }, /^settleAfter: must be a whole number$/],
    [{ weights: { saleStripe: 1 }, speed: 9 }, /speed/],
    ['text', /./],
  ])('%j is refused with its place', (content, complaint) => {
    expect(complaintOf(content)).toMatch(complaint)
  })

  it('draws kinds by their weights and amounts within their bounds', () => {
    const mix = parseMix({ weights: { saleStripe: 3, balance: 1 } }, MIX_KINDS)
    if (!mix.ok) throw new Error(mix.error)
    const picker = new MixPicker(mix.value, new LoadRandom(1, 1))
    const drawn = Array.from({ length: 8000 }, () => picker.kind())
    expect(drawn.filter((kind) => kind === 'balance').length / 8000).toBeCloseTo(0.25, 1)
    const amounts = Array.from({ length: 5000 }, () => picker.amountMinor())
    expect(Math.min(...amounts)).toBeGreaterThanOrEqual(100)
    expect(Math.max(...amounts)).toBeLessThanOrEqual(5000)
  })
})
