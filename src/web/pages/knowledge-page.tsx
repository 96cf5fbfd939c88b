import type { ArticleView } from '../../host/console/api-types/care.ts'
import { Card } from '../components/card.tsx'
import { TextField } from '../components/field.tsx'
import { Problem } from '../components/problem.tsx'
import { Table } from '../components/table.tsx'
import { t } from '../state/language.ts'
import { query, setQuery } from '../state/router.ts'
import { useData } from '../state/use-data.ts'

const PARTS = [
  ['means', { zh: '含义', en: 'What it means' }],
  ['cashier', { zh: '收银员', en: 'At the till' }],
  ['technician', { zh: '技术员', en: 'The technician' }],
  ['host', { zh: '主机运维', en: 'Whoever runs the host' }],
] as const

/** What a response code or a message of a terminal means, and who does what. */
export function KnowledgePage() {
  const words = query.value.get('q') ?? ''
  const { data, problem, reload } = useData<{ readonly articles: readonly ArticleView[] }>(
    `/api/knowledge?q=${encodeURIComponent(words)}`,
  )
  const [first, ...others] = data?.articles ?? []
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      {words !== '' && first !== undefined && others.length === 0 && <Article article={first} />}
      <Card flush title={t({ zh: '知识库', en: 'Knowledge base' })}>
        <div class="filters padded">
          <TextField
            type="search"
            label={t({ zh: '响应码、提示或关键词', en: 'Code, message or words' })}
            value={words}
            maxLength={200}
            onInput={(q) => setQuery({ q })}
          />
        </div>
        <Table
          label={t({ zh: '条目', en: 'Articles' })}
          rows={data?.articles}
          keyOf={({ key }) => key}
          onRow={({ key }) => setQuery({ q: key })}
          empty={t({ zh: '没有找到：请换个词。', en: 'Nothing found: try other words.' })}
          columns={[
            { key: 'key', title: t({ zh: '代码', en: 'Key' }), cell: ({ key }) => <code>{key}</code> },
            { key: 'title', title: t({ zh: '标题', en: 'Title' }), cell: ({ title }) => t(title) },
            {
              key: 'cashier',
              title: t({ zh: '收银员', en: 'At the till' }),
              cell: ({ cashier }) => t(cashier),
            },
          ]}
        />
      </Card>
    </>
  )
}

function Article({ article }: { readonly article: ArticleView }) {
  return (
    <Card title={`${article.key} · ${t(article.title)}`}>
      <dl class="stack">
        {PARTS.map(([part, name]) => (
          <div key={part}>
            <dt class="label">{t(name)}</dt>
            <dd>{t(article[part])}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}
