import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { compileSpec } from '../../src/iso8583/compile.ts'
import { ISO1987_ASCII } from '../../src/iso8583/specs/iso1987-ascii.ts'
import { parseMix } from '../../src/load/load-mix.ts'
import { targetCast } from '../../src/load/target/target-cast.ts'
import { parseTarget } from '../../src/load/target/target-file.ts'
import { MIX_KINDS } from '../../src/load/unionpay/load-kind.ts'

const text = readFileSync('docs/load.md', 'utf8')

function block(language: string): string {
  const found = new RegExp(`\`\`\`${language}\n([^\`]*)\`\`\``).exec(text)?.[1]
  if (found === undefined) throw new Error(`docs/load.md has no block of ${language}`)
  return found
}

describe('docs/load.md', () => {
  it('its mix is one, and names every kind', () => {
    const content = parseYaml(block('yaml')) as { readonly weights: object }
    expect(parseMix(content, MIX_KINDS).ok).toBe(true)
    expect(Object.keys(content.weights).sort()).toEqual([...MIX_KINDS].sort())
  })

  it('its target is one, and fits its dialect', () => {
    const target = parseTarget(JSON.parse(block('json')))
    if (!target.ok) throw new Error(target.error)
    const options = { index: 0, workers: 1, seed: 1, firstNumber: 1, mix: undefined, chips: new Map() }
    const cast = targetCast({ ...options, target: target.value, codec: compileSpec(ISO1987_ASCII) })
    expect(cast.ok ? '' : cast.error).toBe('')
  })
})
