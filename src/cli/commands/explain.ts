import { Command, Option } from 'commander'
import { type Article, KnowledgeError, openKnowledgeBase } from '../../host/knowledge/knowledge-base.ts'
import { UsageFailure } from '../failure.ts'

interface Flags {
  readonly lang: 'zh' | 'en' | 'both'
  readonly json?: boolean
}

const PARTS = [
  ['means', '含义', 'What it means'],
  ['cashier', '收银员', 'At the till'],
  ['technician', '技术员', 'The technician'],
  ['host', '主机运维', 'Whoever runs the host'],
] as const
const FOUND_MAX = 10

export function buildCommand(): Command {
  return new Command('explain')
    .description('What a message means and who does what. 解释响应码或终端提示')
    .argument(
      '<message...>',
      'a response code (51), a key (E-PAPER), a whole message, or words to search for',
    )
    .addOption(new Option('--lang <lang>', 'language').choices(['zh', 'en', 'both']).default('both'))
    .option('--json', 'print JSON')
    .action(explain)
}

function explain(words: readonly string[], { lang, json }: Flags): void {
  const base = openBase()
  const text = words.join(' ')
  const article = base.find(text)
  const found = article === undefined ? base.search(text).slice(0, FOUND_MAX) : [article]
  if (found.length === 0) throw new UsageFailure(`nothing is known about '${text}': try other words 没有找到`)
  if (json) process.stdout.write(`${JSON.stringify(found)}\n`)
  else if (found.length === 1 && found[0] !== undefined)
    process.stdout.write(`${articleText(found[0], lang)}\n`)
  else
    process.stdout.write(
      `${found.map(({ key, title }) => `${key.padEnd(22)} ${title.zh}  ${title.en}`).join('\n')}\n`,
    )
}

function openBase(): ReturnType<typeof openKnowledgeBase> {
  try {
    return openKnowledgeBase()
  } catch (error) {
    throw error instanceof KnowledgeError ? new UsageFailure(error.message) : error
  }
}

function articleText(article: Article, lang: Flags['lang']): string {
  const both = ({ zh, en }: { readonly zh: string; readonly en: string }): string[] =>
    lang === 'both' ? [zh, en] : [lang === 'zh' ? zh : en]
  const lines = [`${article.key}  ${both(article.title).join('  ')}`]
  for (const [part, zh, en] of PARTS) {
    lines.push('', `${both({ zh, en }).join(' ')}:`, ...both(article[part]).map((line) => `  ${line}`))
  }
  return lines.join('\n')
}
