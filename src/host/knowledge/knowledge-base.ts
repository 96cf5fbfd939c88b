import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'

/** A text in both languages. */
export interface BothLanguages {
  readonly zh: string
  readonly en: string
}

/** What somebody needs to know about one message, by the key that stands in it. */
export interface Article {
  /** A code of field 39, or `E-…` as in the brackets behind a terminal's message. */
  readonly key: string
  readonly kind: 'responseCode' | 'terminalMessage'
  readonly title: BothLanguages
  /** What has happened. */
  readonly means: BothLanguages
  readonly cashier: BothLanguages
  readonly technician: BothLanguages
  /** What whoever runs the host checks. */
  readonly host: BothLanguages
}

export interface KnowledgeBase {
  /** In the order of the files. */
  readonly articles: readonly Article[]
  /** By its key in any case, or by a message that holds one: `51 可用余额不足`, `Out of paper [E-PAPER]`. */
  find(text: string): Article | undefined
  /** Best first. Words of English as beginnings of words, Chinese as it stands; empty for no word. */
  search(text: string): readonly Article[]
}

/** A knowledge file that can't be used; one sentence. */
export class KnowledgeError extends Error {
  override readonly name = 'KnowledgeError'
}

const TEXT = z
  .tuple([z.string().min(1), z.string().min(1)])
  .transform(([zh, en]): BothLanguages => ({ zh, en }))
const BODY = z.strictObject({ title: TEXT, means: TEXT, cashier: TEXT, technician: TEXT, host: TEXT })
const KEY = /^(?:[0-9A-Z][0-9]|E(?:-[A-Z]+)+)$/
const FILE = z.strictObject({
  'x-shared': z.record(z.string(), TEXT),
  articles: z.record(z.string().regex(KEY), BODY),
})
const FOLDER = fileURLToPath(new URL('../../../knowledge/', import.meta.url))
const FILES = [
  { name: 'response-codes.yaml', kind: 'responseCode' },
  { name: 'terminal-messages.yaml', kind: 'terminalMessage' },
] as const
const IN_BRACKETS = /\[(E-[A-Z-]+)\]/i
const CODE_AT_START = /^\s*([0-9A-Z][0-9])\b/i

/** The articles of `knowledge/`. @throws {KnowledgeError} when a file is missing or has another form. */
export function openKnowledgeBase(folder = FOLDER): KnowledgeBase {
  const articles = FILES.flatMap(({ name, kind }) => {
    const bodies = Object.entries(readArticles(`${folder}${name}`))
    return bodies.map(([key, body]): Article => ({ key, kind, ...body }))
  })
  // An object puts keys that look like numbers first: codes are shown in their order.
  articles.sort((left, right) => rank(left) - rank(right) || left.key.localeCompare(right.key))
  const byKey = new Map(articles.map((article) => [article.key, article]))
  return {
    articles,
    find: (text) => byKey.get(keyOf(text)),
    search: (text) => search(articles, text),
  }
}

function rank({ kind }: Article): number {
  return kind === 'responseCode' ? 0 : 1
}

function readArticles(path: string): z.infer<typeof FILE>['articles'] {
  try {
    const content: unknown = parse(readFileSync(path, 'utf8'))
    const read = FILE.safeParse(content)
    if (read.success) return read.data.articles
    const [issue] = read.error.issues
    throw new KnowledgeError(`${path}: ${issue?.path.join('.')} ${issue?.message}: mend the article`)
  } catch (error) {
    if (error instanceof KnowledgeError) throw error
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : 'unknown reason'
    throw new KnowledgeError(`cannot read the knowledge file ${path} (${reason}): install Tillwire again`)
  }
}

function keyOf(text: string): string {
  const trimmed = text.trim().toUpperCase()
  if (KEY.test(trimmed)) return trimmed
  const found = IN_BRACKETS.exec(text)?.[1] ?? CODE_AT_START.exec(text)?.[1]
  return (found ?? trimmed).toUpperCase()
}

function search(articles: readonly Article[], text: string): readonly Article[] {
  const words = text
    .toLowerCase()
    .split(/[\s,.，。:：]+/)
    .filter((word) => word !== '')
  if (words.length === 0) return []
  const scored = articles.map((article) => ({ article, score: scoreOf(article, words) }))
  return scored
    .filter(({ score }) => score > 0)
    .sort((left, right) => right.score - left.score)
    .map(({ article }) => article)
}

/** 0 unless every word is found somewhere. */
function scoreOf(article: Article, words: readonly string[]): number {
  let score = 0
  for (const word of words) {
    const best = wordScore(article, word)
    if (best === 0) return 0
    score += best
  }
  return score
}

function wordScore({ key, title, means, cashier, technician, host }: Article, word: string): number {
  if (key.toLowerCase() === word) return 16
  if (key.toLowerCase().includes(word) && word.length > 2) return 8
  if (has(title, word)) return 4
  if (has(means, word)) return 2
  return [cashier, technician, host].some((part) => has(part, word)) ? 1 : 0
}

function has({ zh, en }: BothLanguages, word: string): boolean {
  return zh.toLowerCase().includes(word) || ` ${en.toLowerCase()}`.includes(` ${word}`)
}
