import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { editComplaint } from './apply-mutant.ts'
import { MUTANTS } from './mutants.ts'
import { runSeedsOf, type Verdict } from './run-seeds-of.ts'
import { markdownOf } from './verdict-text.ts'

const DOCS = readFileSync(new URL('../../docs/simulation.md', import.meta.url), 'utf8').replaceAll(/ +/g, ' ')
const SEEDS = 12
const MINUTE = 60_000

async function run(name: string): Promise<Verdict> {
  const mutant = MUTANTS.find((each) => each.name === name)
  if (mutant === undefined) throw new Error(`no mutant ${name}`)
  return runSeedsOf(mutant, SEEDS, new AbortController().signal)
}

describe('mutants', () => {
  it('each text that they exchange occurs exactly once', () => {
    const complaints = MUTANTS.flatMap(({ name, edits }) =>
      edits
        .map((edit) => editComplaint(edit))
        .flatMap((each) => (each === undefined ? [] : `${name}: ${each}`)),
    )
    expect(complaints).toEqual([])
  })

  it('a text that is gone is named, not passed over', () => {
    expect(editComplaint({ file: 'package.json', find: 'no such text', replace: '' })).toMatch(
      /^package\.json: the text occurs 0 times/,
    )
  })

  it('have names of their own, and each changes something', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length)
    for (const { edits } of MUTANTS) for (const { find, replace } of edits) expect(replace).not.toBe(find)
  })

  it('docs/simulation.md lists them all, and each was caught', () => {
    for (const { name, breaks, harm } of MUTANTS)
      expect(DOCS).toContain(`| \`${name}\` | ${breaks} | ${harm} | `)
    expect(DOCS).not.toMatch(/\| survived +\|/)
  })

  it('a survivor is called one', () => {
    const [mutant] = MUTANTS
    if (mutant === undefined) throw new Error('no mutants')
    expect(markdownOf([mutant], [{ kind: 'survived', name: mutant.name, seeds: 7 }])).toMatch(
      /\| survived +\|/,
    )
  })

  it.each([
    ['append-after-send', 'request on the wire'],
    ['reply-before-commit', 'reply on the wire'],
  ])(
    '%s is caught by "%s"',
    async (name, check) => {
      const verdict = await run(name)
      expect(verdict).toMatchObject({ kind: 'caught', name })
      expect(verdict.kind === 'caught' && verdict.checks).toContain(check)
    },
    2 * MINUTE,
  )
})
