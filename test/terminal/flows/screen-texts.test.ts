import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { renderScreen, SCREEN_TEXTS } from '../../../src/terminal/flows/screen-texts.ts'

/** Names in braces, without the mark of the language that a value may carry. */
function placeholders(text: string): readonly string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((each) => (each[1] ?? '').replace(/(Zh|En)$/, '')).sort()
}

const FOLDERS = ['flows', 'kernel', 'runtime', 'adapters']
const sources = FOLDERS.flatMap((folder) => {
  const root = new URL(`../../../src/terminal/${folder}/`, import.meta.url)
  return readdirSync(root)
    .filter((name) => name.endsWith('.ts') && name !== 'screen-texts.ts')
    .map((name) => readFileSync(new URL(name, root), 'utf8'))
})

describe('screen texts', () => {
  it.each(Object.entries(SCREEN_TEXTS))('%s says the same in both languages', (_, [zh, en]) => {
    expect(zh).not.toBe('')
    expect(en).not.toBe('')
    expect(placeholders(zh)).toEqual(placeholders(en))
    expect(zh).toMatch(/[\u4e00-\u9fff]|\{/)
    expect(en).toMatch(/^[ -~]+$/)
  })

  it('every screen that the terminal names has a text', () => {
    const pattern = /(?:\bscreen\b[^\n{]*\{ id: |[sS]creen\()'([\w.]+)'/g
    const used = sources.flatMap((source) => [...source.matchAll(pattern)].map((each) => each[1] ?? ''))
    expect(used).toContain('chip.confirmApplication')
    expect(used.filter((id) => !(id in SCREEN_TEXTS))).toEqual([])
  })

  it('every text is used', () => {
    const built = ['printer.', 'refused.']
    const unused = Object.keys(SCREEN_TEXTS).filter(
      (id) =>
        !built.some((prefix) => id.startsWith(prefix)) && !sources.some((each) => each.includes(`'${id}'`)),
    )
    expect(unused).toEqual([])
  })

  it('puts values in place, and takes the text of its language', () => {
    const screen = {
      id: 'declined',
      values: {
        code: '51',
        shownZh: '可用余额不足',
        shownEn: 'Insufficient funds',
        actionZh: '',
        actionEn: '',
      },
    }
    expect(renderScreen(screen, 'zh')).toBe('51 可用余额不足')
    expect(renderScreen(screen, 'en')).toBe('51 Insufficient funds')
  })

  it('shows an unknown screen by its name', () => {
    expect(renderScreen({ id: 'new.screen' }, 'en')).toBe('new.screen')
  })
})
