import type { OrderPage } from '../../host/console/api-types/estate.ts'
import { Card } from '../components/card.tsx'
import { filterOptions, NamedBadge, ORDER_KINDS, ORDER_STATES } from '../components/estate-badges.tsx'
import { SelectField, TextField } from '../components/field.tsx'
import { OrderDialog } from '../components/order-dialog.tsx'
import { PAGE_SIZE, Pager, pageOffset } from '../components/pager.tsx'
import { Problem } from '../components/problem.tsx'
import { Table } from '../components/table.tsx'
import { formatDateTime, t } from '../state/language.ts'
import { query, setQuery } from '../state/router.ts'
import { may } from '../state/session.ts'
import { useData } from '../state/use-data.ts'

/** Jobs on the spot, and the one that is open. */
export function OrdersPage() {
  const { data, problem, reload } = useData<OrderPage>(`/api/estate/orders?${listQuery()}`, ['orders'])
  const open = query.value.get('open')
  const set = (key: string) => (value: string) => setQuery({ [key]: value, offset: undefined })
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Card title={t({ zh: '工单', en: 'Work orders' })} flush>
        <div class="filters padded">
          <SelectField
            label={t({ zh: '状态', en: 'State' })}
            value={query.value.get('state') ?? ''}
            options={filterOptions(ORDER_STATES)}
            onChange={set('state')}
          />
          <TextField
            type="search"
            label={t({ zh: '技术员', en: 'Technician' })}
            value={query.value.get('technician') ?? ''}
            onInput={set('technician')}
          />
          <TextField
            type="search"
            label={t({ zh: '终端号', en: 'Terminal' })}
            value={query.value.get('tid') ?? ''}
            onInput={set('tid')}
          />
        </div>
        <Table
          label={t({ zh: '工单', en: 'Work orders' })}
          rows={data?.orders}
          keyOf={({ number }) => number}
          empty={t({
            zh: '没有工单：可在终端页面新建。',
            en: 'No work order: make one on the page of a terminal.',
          })}
          onRow={({ number }) => setQuery({ open: String(number) })}
          columns={[
            { key: 'number', title: '#', number: true, cell: ({ number }) => number },
            { key: 'kind', title: t({ zh: '类型', en: 'Kind' }), cell: ({ kind }) => t(ORDER_KINDS[kind]) },
            { key: 'tid', title: t({ zh: '终端', en: 'Terminal' }), cell: ({ tid }) => <code>{tid}</code> },
            {
              key: 'state',
              title: t({ zh: '状态', en: 'State' }),
              cell: ({ state }) => <NamedBadge names={ORDER_STATES} value={state} />,
            },
            {
              key: 'technician',
              title: t({ zh: '技术员', en: 'Technician' }),
              cell: ({ technician }) => technician,
            },
            {
              key: 'appointment',
              title: t({ zh: '预约', en: 'Appointment' }),
              cell: ({ appointmentMs }) => (appointmentMs === null ? '–' : formatDateTime(appointmentMs)),
            },
            { key: 'place', title: t({ zh: '地点', en: 'Place' }), cell: ({ place }) => place },
          ]}
        />
        <Pager total={data?.total} />
      </Card>
      {open !== null && (
        <OrderDialog
          number={open}
          mayChange={may(['technician', 'support', 'administrator'])}
          onClose={() => {
            setQuery({ open: undefined })
            reload()
          }}
        />
      )}
    </>
  )
}

function listQuery(): string {
  const wanted = new URLSearchParams({ limit: String(PAGE_SIZE), offset: String(pageOffset()) })
  for (const key of ['state', 'technician', 'tid']) {
    const value = query.value.get(key)?.trim()
    if (value) wanted.set(key, value)
  }
  return wanted.toString()
}
