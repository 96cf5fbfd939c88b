import type { TerminalPage as ListPage, TerminalType } from '../../host/console/api-types/estate.ts'
import { Card } from '../components/card.tsx'
import { filterOptions, NamedBadge, TERMINAL_STATUSES } from '../components/estate-badges.tsx'
import { SelectField, TextField } from '../components/field.tsx'
import { PAGE_SIZE, Pager, pageOffset } from '../components/pager.tsx'
import { Problem } from '../components/problem.tsx'
import { Table } from '../components/table.tsx'
import { formatDateTime, t } from '../state/language.ts'
import { go, query, setQuery } from '../state/router.ts'
import { useData } from '../state/use-data.ts'

/** All terminals; the host filters, sorts and pages them. */
export function EstatePage() {
  const { data, problem, reload } = useData<ListPage>(`/api/estate/terminals?${listQuery()}`, ['estate'])
  const { data: types } = useData<readonly TerminalType[]>('/api/estate/types')
  const typeName = (id: string): string => {
    const type = types?.find((each) => each.id === id)
    return type === undefined ? id : t(type.name)
  }
  const sort = query.value.get('sort') ?? 'tid'
  const descending = query.value.get('order') === 'down'
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Card title={t({ zh: '终端', en: 'Terminals' })} flush>
        <Filters types={types ?? []} />
        <Table
          label={t({ zh: '终端', en: 'Terminals' })}
          rows={data?.terminals}
          keyOf={({ tid }) => tid}
          empty={t({ zh: '没有符合条件的终端。', en: 'No terminal fits.' })}
          placeholders={12}
          onRow={({ tid }) => go(`/estate/${tid}`)}
          sort={{ key: sort, descending }}
          onSort={(key) =>
            setQuery({
              sort: key,
              order: key === sort && !descending ? 'down' : undefined,
              offset: undefined,
            })
          }
          columns={[
            {
              key: 'tid',
              title: t({ zh: '终端号', en: 'Terminal' }),
              sortable: true,
              cell: ({ tid }) => <code>{tid}</code>,
            },
            {
              key: 'merchantName',
              title: t({ zh: '商户', en: 'Merchant' }),
              sortable: true,
              cell: ({ merchantName }) => merchantName,
            },
            {
              key: 'mid',
              title: t({ zh: '商户号', en: 'Merchant number' }),
              sortable: true,
              cell: ({ mid }) => <code>{mid}</code>,
            },
            {
              key: 'typeId',
              title: t({ zh: '类型', en: 'Type' }),
              sortable: true,
              cell: ({ typeId }) => (typeId === null ? '–' : typeName(typeId)),
            },
            {
              key: 'serial',
              title: t({ zh: '序列号', en: 'Serial number' }),
              cell: ({ serial }) => (serial === null ? '–' : <code>{serial}</code>),
            },
            {
              key: 'status',
              title: t({ zh: '状态', en: 'State' }),
              sortable: true,
              cell: ({ status }) => <NamedBadge names={TERMINAL_STATUSES} value={status} />,
            },
            {
              key: 'lastSeenMs',
              title: t({ zh: '最近联系', en: 'Last seen' }),
              sortable: true,
              cell: ({ lastSeenMs }) => (lastSeenMs === null ? '–' : formatDateTime(lastSeenMs)),
            },
          ]}
        />
        <Pager total={data?.total} />
      </Card>
    </>
  )
}

function Filters({ types }: { readonly types: readonly TerminalType[] }) {
  const set = (key: string) => (value: string) => setQuery({ [key]: value, offset: undefined })
  return (
    <div class="filters padded">
      <TextField
        type="search"
        label={t({ zh: '查找', en: 'Find' })}
        placeholder={t({ zh: '终端、商户或序列号', en: 'Terminal, merchant or serial' })}
        value={query.value.get('text') ?? ''}
        onInput={set('text')}
      />
      <SelectField
        label={t({ zh: '状态', en: 'State' })}
        value={query.value.get('status') ?? ''}
        options={filterOptions(TERMINAL_STATUSES)}
        onChange={set('status')}
      />
      <SelectField
        label={t({ zh: '类型', en: 'Type' })}
        value={query.value.get('typeId') ?? ''}
        options={[
          { value: '', text: t({ zh: '全部', en: 'All' }) },
          ...types.map(({ id, name }) => ({ value: id, text: t(name) })),
        ]}
        onChange={set('typeId')}
      />
    </div>
  )
}

function listQuery(): string {
  const wanted = new URLSearchParams({ limit: String(PAGE_SIZE), offset: String(pageOffset()) })
  for (const key of ['text', 'status', 'typeId', 'sort', 'order']) {
    const value = query.value.get(key)?.trim()
    if (value) wanted.set(key, value)
  }
  return wanted.toString()
}
