import { useSignal } from '@preact/signals'
import type { TicketView, TicketWithNotes } from '../../host/console/api-types/care.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { FormDialog } from '../components/dialog.tsx'
import { SelectField, TextAreaField, TextField } from '../components/field.tsx'
import { Problem } from '../components/problem.tsx'
import { Table } from '../components/table.tsx'
import { ApiProblem, post, put } from '../state/api.ts'
import { formatDateTime, type Text, t } from '../state/language.ts'
import { go } from '../state/router.ts'
import { may } from '../state/session.ts'
import { useData } from '../state/use-data.ts'

const STATES: { readonly [state in TicketView['state']]: Text } = {
  open: { zh: '待处理', en: 'Open' },
  working: { zh: '处理中', en: 'In work' },
  waiting: { zh: '等待', en: 'Waiting' },
  solved: { zh: '已解决', en: 'Solved' },
  closed: { zh: '已关闭', en: 'Closed' },
}
const SEVERITIES: { readonly [severity in TicketView['severity']]: Text } = {
  low: { zh: '低', en: 'Low' },
  normal: { zh: '一般', en: 'Normal' },
  high: { zh: '高', en: 'High' },
  critical: { zh: '严重', en: 'Critical' },
}
const WORKERS = ['technician', 'support', 'administrator'] as const

/** Who looks after what. */
export function TicketsPage() {
  const { data, problem, reload } = useData<{ readonly tickets: readonly TicketView[] }>('/api/tickets', [
    'tickets',
  ])
  const edited = useSignal<number | 'new' | undefined>(undefined)
  const close = (): void => {
    edited.value = undefined
    reload()
  }
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Card
        flush
        title={t({ zh: '故障单', en: 'Tickets' })}
        actions={
          may(WORKERS) && (
            <Button kind="primary" onClick={() => (edited.value = 'new')}>
              {t({ zh: '新建故障单', en: 'New ticket' })}
            </Button>
          )
        }
      >
        <Table
          label={t({ zh: '故障单', en: 'Tickets' })}
          rows={data?.tickets}
          keyOf={({ number }) => number}
          onRow={({ number }) => (edited.value = number)}
          empty={t({ zh: '没有故障单。', en: 'No ticket.' })}
          columns={[
            { key: 'number', title: '#', number: true, cell: ({ number }) => number },
            {
              key: 'state',
              title: t({ zh: '状态', en: 'State' }),
              cell: (ticket) => <State ticket={ticket} />,
            },
            {
              key: 'severity',
              title: t({ zh: '级别', en: 'Severity' }),
              cell: ({ severity }) => t(SEVERITIES[severity]),
            },
            { key: 'title', title: t({ zh: '标题', en: 'Title' }), cell: ({ title }) => title },
            {
              key: 'subject',
              title: t({ zh: '对象', en: 'Of' }),
              cell: ({ subject }) => <code>{subject}</code>,
            },
            {
              key: 'assignee',
              title: t({ zh: '负责人', en: 'By' }),
              cell: ({ assignee }) => assignee || '–',
            },
            {
              key: 'opened',
              title: t({ zh: '建立', en: 'Opened' }),
              cell: ({ openedAtMs }) => formatDateTime(openedAtMs),
            },
          ]}
        />
      </Card>
      {edited.value === 'new' && <NewTicket onClose={() => (edited.value = undefined)} onDone={close} />}
      {typeof edited.value === 'number' && (
        <TicketDialog number={edited.value} onClose={() => (edited.value = undefined)} onDone={close} />
      )}
    </>
  )
}

function State({ ticket: { state } }: { readonly ticket: TicketView }) {
  const isOver = state === 'solved' || state === 'closed'
  return <Badge tone={isOver ? 'good' : state === 'open' ? 'warn' : 'info'}>{t(STATES[state])}</Badge>
}

interface DialogProps {
  readonly onClose: () => void
  readonly onDone: () => void
}

function NewTicket({ onClose, onDone }: DialogProps) {
  const title = useSignal('')
  const subject = useSignal('')
  const note = useSignal('')
  const save = async (): Promise<void> => {
    const more = subject.value === '' ? {} : { subject: subject.value }
    await post('/api/tickets', { title: title.value, note: note.value, ...more })
    onDone()
  }
  return (
    <FormDialog
      title={t({ zh: '新建故障单', en: 'New ticket' })}
      submit={{ zh: '建立', en: 'Open it' }}
      onClose={onClose}
      onSubmit={save}
    >
      <TextField
        label={t({ zh: '标题或终端提示', en: "Title, or the terminal's message" })}
        value={title.value}
        maxLength={200}
        onInput={(text) => (title.value = text)}
        autoFocus
      />
      <TextField
        label={t({ zh: '终端号（可空）', en: 'Terminal, if any' })}
        value={subject.value}
        maxLength={8}
        onInput={(text) => (subject.value = text)}
      />
      <TextAreaField
        label={t({ zh: '说明', en: 'Note' })}
        value={note.value}
        onInput={(text) => (note.value = text)}
      />
    </FormDialog>
  )
}

function TicketDialog({ number, onClose, onDone }: DialogProps & { readonly number: number }) {
  const { data } = useData<TicketWithNotes>(`/api/tickets/${number}`)
  return data === undefined ? null : <TicketForm loaded={data} onClose={onClose} onDone={onDone} />
}

function TicketForm({ loaded, onClose, onDone }: DialogProps & { readonly loaded: TicketWithNotes }) {
  const { ticket, next, notes } = loaded
  const state = useSignal(ticket.state)
  const severity = useSignal(ticket.severity)
  const assignee = useSignal(ticket.assignee)
  const note = useSignal('')
  const present = useSignal<TicketView | undefined>(undefined)
  const save = async (): Promise<void> => {
    const { version } = present.value ?? ticket
    const change = {
      state: state.value,
      severity: severity.value,
      assignee: assignee.value,
      note: note.value,
    }
    try {
      await put(`/api/tickets/${ticket.number}`, { ...change, version })
    } catch (error) {
      if (error instanceof ApiProblem && error.kind === 'changedMeanwhile')
        present.value = (error.detail as { readonly present: TicketView }).present
      throw error
    }
    onDone()
  }
  const states = next.includes(ticket.state) ? next : [ticket.state, ...next]
  return (
    <FormDialog
      title={`#${ticket.number} ${ticket.title}`}
      submit={{ zh: '保存', en: 'Save' }}
      onClose={onClose}
      onSubmit={save}
    >
      {ticket.knowledgeKey !== '' && (
        <div>
          <Button onClick={() => go(`/knowledge?q=${ticket.knowledgeKey}`)}>
            {t({ zh: '查看说明', en: 'Explain' })} {ticket.knowledgeKey}
          </Button>
        </div>
      )}
      {notes.map(({ atMs, actor, note: text }) => (
        <p key={`${atMs}${actor}${text}`}>
          <span class="quiet">
            {formatDateTime(atMs)} {actor}:
          </span>{' '}
          {text}
        </p>
      ))}
      <SelectField
        label={t({ zh: '状态', en: 'State' })}
        value={state.value}
        options={states.map((value) => ({ value, text: t(STATES[value]) }))}
        onChange={(value) => (state.value = value)}
      />
      <SelectField
        label={t({ zh: '级别', en: 'Severity' })}
        value={severity.value}
        options={(Object.keys(SEVERITIES) as TicketView['severity'][]).map((value) => ({
          value,
          text: t(SEVERITIES[value]),
        }))}
        onChange={(value) => (severity.value = value)}
      />
      <TextField
        label={t({ zh: '负责人', en: 'By' })}
        value={assignee.value}
        maxLength={32}
        onInput={(text) => (assignee.value = text)}
      />
      <TextAreaField
        label={t({ zh: '说明', en: 'Note' })}
        value={note.value}
        onInput={(text) => (note.value = text)}
      />
      {present.value !== undefined && (
        <p class="notice">
          {t({ zh: '现在的内容：', en: 'It says now: ' })}
          {t(STATES[present.value.state])} · {present.value.assignee}
        </p>
      )}
    </FormDialog>
  )
}
