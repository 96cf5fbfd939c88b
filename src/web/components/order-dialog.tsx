import { useSignal } from '@preact/signals'
import type { OrderView, OrderWithNotes } from '../../host/console/api-types/estate.ts'
import { ApiProblem, post, put } from '../state/api.ts'
import { formatTime, t } from '../state/language.ts'
import { say } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'
import { FormDialog } from './dialog.tsx'
import { NamedBadge, ORDER_KINDS, ORDER_STATES } from './estate-badges.tsx'
import { SelectField, TextAreaField, TextField } from './field.tsx'

const KINDS = Object.keys(ORDER_KINDS) as OrderView['kind'][]

/** A new job for a terminal. */
export function NewOrderDialog({
  tid,
  onClose,
  onDone,
}: {
  readonly tid: string
  readonly onClose: () => void
  readonly onDone: () => void
}) {
  const kind = useSignal<OrderView['kind']>('install')
  const newSerial = useSignal('')
  const place = useSignal('')
  const note = useSignal('')
  return (
    <FormDialog
      title={`${t({ zh: '新工单', en: 'New work order' })} · ${tid}`}
      submit={{ zh: '创建', en: 'Create' }}
      onClose={onClose}
      onSubmit={async () => {
        const serial = kind.value === 'exchange' ? { newSerial: newSerial.value.trim() } : {}
        await post('/api/estate/orders', {
          kind: kind.value,
          tid,
          place: place.value,
          note: note.value,
          ...serial,
        })
        onDone()
      }}
    >
      <SelectField
        label={t({ zh: '类型', en: 'Kind' })}
        value={kind.value}
        options={KINDS.map((value) => ({ value, text: t(ORDER_KINDS[value]) }))}
        onChange={(value) => (kind.value = value)}
      />
      {kind.value === 'exchange' && (
        <TextField
          label={t({ zh: '新设备序列号', en: 'Serial number of the new device' })}
          value={newSerial.value}
          onInput={(text) => (newSerial.value = text)}
        />
      )}
      <TextField
        label={t({ zh: '地点', en: 'Place' })}
        value={place.value}
        onInput={(text) => (place.value = text)}
      />
      <TextAreaField
        label={t({ zh: '备注', en: 'Note' })}
        value={note.value}
        onInput={(text) => (note.value = text)}
      />
    </FormDialog>
  )
}

interface OrderDialogProps {
  readonly number: string
  readonly mayChange: boolean
  readonly onClose: () => void
}

/** One job: its notes, and the next step. */
export function OrderDialog({ number, mayChange, onClose }: OrderDialogProps) {
  const { data, reload } = useData<OrderWithNotes>(`/api/estate/orders/${number}`, ['orders'])
  if (data === undefined) return null
  return (
    <OpenOrder key={data.order.version} data={data} mayChange={mayChange} onClose={onClose} reload={reload} />
  )
}

function OpenOrder({
  data: { order, next, notes },
  mayChange,
  onClose,
  reload,
}: Omit<OrderDialogProps, 'number'> & { readonly data: OrderWithNotes; readonly reload: () => void }) {
  const state = useSignal(order.state)
  const technician = useSignal(order.technician)
  const appointment = useSignal(order.appointmentMs === null ? '' : localTime(order.appointmentMs))
  const place = useSignal(order.place)
  const note = useSignal('')
  const save = async (): Promise<void> => {
    try {
      await put(`/api/estate/orders/${order.number}`, {
        state: state.value,
        technician: technician.value,
        appointmentMs: appointment.value === '' ? null : new Date(appointment.value).getTime(),
        place: place.value,
        note: note.value,
        version: order.version,
      })
    } catch (error) {
      if (error instanceof ApiProblem && error.kind === 'changedMeanwhile') reload()
      throw error
    }
    say({ zh: '已保存。', en: 'Saved.' })
    onClose()
  }
  const isEnded = next.length === 0 || !mayChange
  return (
    <FormDialog
      wide
      title={`#${order.number} ${t(ORDER_KINDS[order.kind])} · ${order.tid}`}
      submit={isEnded ? { zh: '关闭', en: 'Close' } : { zh: '保存', en: 'Save' }}
      onClose={onClose}
      onSubmit={isEnded ? async () => onClose() : save}
    >
      <dl class="pairs">
        {notes.map((each) => (
          <>
            <dt>{formatTime(each.atMs)}</dt>
            <dd>
              <NamedBadge names={ORDER_STATES} value={each.state} /> <code>{each.actor}</code> {each.note}
            </dd>
          </>
        ))}
      </dl>
      {!isEnded && (
        <>
          <SelectField
            label={t({ zh: '状态', en: 'State' })}
            value={state.value}
            options={[...new Set([order.state, ...next])].map((value) => ({
              value,
              text: t(ORDER_STATES[value][1]),
            }))}
            onChange={(value) => (state.value = value)}
          />
          <TextField
            label={t({ zh: '技术员', en: 'Technician' })}
            value={technician.value}
            onInput={(text) => (technician.value = text)}
          />
          <TextField
            type="datetime-local"
            label={t({ zh: '预约时间', en: 'Appointment' })}
            value={appointment.value}
            onInput={(text) => (appointment.value = text)}
          />
          <TextField
            label={t({ zh: '地点', en: 'Place' })}
            value={place.value}
            onInput={(text) => (place.value = text)}
          />
          <TextAreaField
            label={t({ zh: '备注', en: 'Note' })}
            value={note.value}
            onInput={(text) => (note.value = text)}
          />
        </>
      )}
    </FormDialog>
  )
}

/** As an input of the kind `datetime-local` wants it. */
function localTime(atMs: number): string {
  const offsetMs = new Date(atMs).getTimezoneOffset() * 60_000
  return new Date(atMs - offsetMs).toISOString().slice(0, 16)
}
