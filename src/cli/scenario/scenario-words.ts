import { FAULT_KINDS, FAULT_NAMES } from '../../../sim/plan/fault-kinds.ts'
import { CARD_TEXTS } from '../../../sim/scenario/card-names.ts'
import { DEEDS } from '../../../sim/scenario/deeds.ts'
import { example } from '../../../sim/scenario/fault-phrase.ts'
import { SCREEN_TEXTS } from '../../terminal/flows/screen-texts.ts'

type Row = readonly [word: string, zh: string, en: string]

/** The vocabulary of scenario files, by what it is good for. */
export const SCENARIO_WORDS: Readonly<Record<string, () => readonly Row[]>> = {
  deeds: () => Object.entries(DEEDS).map(([name, { zh, en }]) => [name, zh, en]),
  cards: () => Object.entries(CARD_TEXTS).map(([name, [zh, en]]) => [name, zh, en]),
  faults: () => FAULT_NAMES.map((kind) => [example(kind), FAULT_KINDS[kind].zh, FAULT_KINDS[kind].en]),
  screens: () => Object.entries(SCREEN_TEXTS).map(([id, [zh, en]]) => [id, zh, en]),
}

export function renderWords(kind: string): string {
  const rows = SCENARIO_WORDS[kind]?.() ?? []
  const width = Math.max(...rows.map(([word]) => word.length))
  return `${kind}\n${rows.map(([word, zh, en]) => `  ${word.padEnd(width)}  ${en}  ${zh}`).join('\n')}\n`
}
