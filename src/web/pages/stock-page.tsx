import { useSignal } from '@preact/signals'
import type {
  DevicePage,
  DeviceView,
  MerchantUse,
  TerminalType,
  TerminalView,
} from '../../host/console/api-types/estate.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { FormDialog } from '../components/dialog.tsx'
import { DEVICE_STATES, filterOptions, NamedBadge } from '../components/estate-badges.tsx'
import { SelectField, TextAreaField, TextField } from '../components/field.tsx'
import { PAGE_SIZE, Pager, pageOffset } from '../components/pager.tsx'
import { Problem } from '../components/problem.tsx'
import { Table } from '../components/table.tsx'
import { ApiProblem, post, put } from '../state/api.ts'
import { formatDateTime, type Text, t } from '../state/language.ts'
import { go, query, setQuery } from '../state/router.ts'
import { may } from '../state/session.ts'
import { say } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'

/** Devices from their delivery to their end. */
export function StockPage() {
  const { data, problem, reload } = useData<DevicePage>(`/api/estate/devices?${listQuery()}`, [
    'stock',
    'estate',
  ])
  const opened = useSignal<DeviceView | 'delivery' | undefined>(undefined)
  const mayChange = may(['support', 'administrator'])
  const close = (): void => {
    opened.value = undefined
    reload()
  }
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Card
        title={t({ zh: '设备库存', en: 'Stock of devices' })}
        flush
        actions={
          mayChange && (
            <Button kind="primary" onClick={() => (opened.value = 'delivery')}>
              {t({ zh: '导入批次', en: 'Import a delivery' })}
            </Button>
          )
        }
      >
        <Filters />
        <Table
          label={t({ zh: '设备', en: 'Devices' })}
          rows={data?.devices}
          keyOf={({ serial }) => serial}
          empty={t({ zh: '没有符合条件的设备。', en: 'No device fits.' })}
          onRow={mayChange ? (device) => (opened.value = device) : undefined}
          columns={[
            {
              key: 'serial',
              title: t({ zh: '序列号', en: 'Serial number' }),
              cell: ({ serial }) => <code>{serial}</code>,
            },
            { key: 'type', title: t({ zh: '类型', en: 'Type' }), cell: ({ typeId }) => typeId },
            {
              key: 'state',
              title: t({ zh: '状态', en: 'State' }),
              cell: ({ state }) => <NamedBadge names={DEVICE_STATES} value={state} />,
            },
            {
              key: 'tid',
              title: t({ zh: '终端号', en: 'Terminal' }),
              cell: ({ tid }) => (tid === null ? '–' : <a href={`/estate/${tid}`}>{tid}</a>),
            },
            { key: 'batch', title: t({ zh: '批次', en: 'Delivery' }), cell: ({ batch }) => batch },
            {
              key: 'changed',
              title: t({ zh: '更新', en: 'Changed' }),
              cell: ({ changedAtMs }) => formatDateTime(changedAtMs),
            },
          ]}
        />
        <Pager total={data?.total} />
      </Card>
      {opened.value === 'delivery' && <DeliveryDialog onClose={close} />}
      {opened.value !== undefined && opened.value !== 'delivery' && (
        <DeviceDialog device={opened.value} onClose={close} />
      )}
    </>
  )
}

function Filters() {
  const { data: types } = useData<readonly TerminalType[]>('/api/estate/types')
  const set = (key: string) => (value: string) => setQuery({ [key]: value, offset: undefined })
  return (
    <div class="filters padded">
      <TextField
        type="search"
        label={t({ zh: '序列号或终端号', en: 'Serial or terminal number' })}
        value={query.value.get('text') ?? ''}
        onInput={set('text')}
      />
      <SelectField
        label={t({ zh: '状态', en: 'State' })}
        value={query.value.get('state') ?? ''}
        options={filterOptions(DEVICE_STATES)}
        onChange={set('state')}
      />
      <SelectField
        label={t({ zh: '类型', en: 'Type' })}
        value={query.value.get('typeId') ?? ''}
        options={[
          { value: '', text: t({ zh: '全部', en: 'All' }) },
          ...(types ?? []).map(({ id, name }) => ({ value: id, text: t(name) })),
        ]}
        onChange={set('typeId')}
      />
    </div>
  )
}

function listQuery(): string {
  const wanted = new URLSearchParams({ limit: String(PAGE_SIZE), offset: String(pageOffset()) })
  for (const key of ['text', 'state', 'typeId']) {
    const value = query.value.get(key)?.trim()
    if (value) wanted.set(key, value)
  }
  return wanted.toString()
}

/** All lines are taken, or the wrong ones are named. */
function DeliveryDialog({ onClose }: { readonly onClose: () => void }) {
  const name = useSignal('')
  const csv = useSignal('serial,type\n')
  const faults = useSignal<readonly Text[]>([])
  const send = async (): Promise<void> => {
    faults.value = []
    try {
      const { count } = await post<{ readonly count: number }>('/api/estate/deliveries', {
        name: name.value,
        csv: csv.value,
      })
      say({ zh: `已入库 ${count} 台。`, en: `${count} devices taken into stock.` })
      onClose()
    } catch (error) {
      if (error instanceof ApiProblem && error.kind === 'faultyLines')
        faults.value = error.detail as readonly Text[]
      throw error
    }
  }
  return (
    <FormDialog
      wide
      title={t({ zh: '导入批次', en: 'Import a delivery' })}
      submit={{ zh: '导入', en: 'Import' }}
      onClose={onClose}
      onSubmit={send}
    >
      <TextField
        label={t({ zh: '批次名', en: 'Name of the delivery' })}
        value={name.value}
        onInput={(text) => (name.value = text)}
        required
      />
      <TextAreaField
        label="CSV"
        hint={t({
          zh: '第一行 serial,type，之后每行一台设备',
          en: 'First line serial,type, then one device a line',
        })}
        value={csv.value}
        onInput={(text) => (csv.value = text)}
      />
      {faults.value.length > 0 && (
        <ul class="problem">
          {faults.value.map((each) => (
            <li key={each.en}>{t(each)}</li>
          ))}
        </ul>
      )}
    </FormDialog>
  )
}

type Deed = 'assign' | 'inStock' | 'scrapped'

/** What may be done with a device, by its state. */
function deedsOf({ state }: DeviceView): readonly Deed[] {
  if (state === 'inStock') return ['assign', 'scrapped']
  return state === 'withdrawn' || state === 'assigned' ? ['inStock', 'scrapped'] : []
}

const DEEDS: { readonly [deed in Deed]: Text } = {
  assign: { zh: '分配给商户', en: 'Assign to a merchant' },
  inStock: { zh: '退回库存', en: 'Back into stock' },
  scrapped: { zh: '报废', en: 'Scrap' },
}

function DeviceDialog({ device, onClose }: { readonly device: DeviceView; readonly onClose: () => void }) {
  const deeds = deedsOf(device)
  const deed = useSignal<Deed>(deeds[0] ?? 'assign')
  const mid = useSignal('')
  const tid = useSignal('')
  const send = async (): Promise<void> => {
    const path = `/api/estate/devices/${device.serial}`
    if (deeds.length > 0 && deed.value === 'assign') {
      const wanted = tid.value.trim() === '' ? {} : { tid: tid.value.trim() }
      const terminal = await post<TerminalView>(`${path}/assignment`, { mid: mid.value.trim(), ...wanted })
      go(`/estate/${terminal.tid}`)
      return
    }
    if (deeds.length > 0) await put(path, { state: deed.value, version: device.version })
    onClose()
  }
  return (
    <FormDialog
      title={device.serial}
      submit={deeds.length === 0 ? { zh: '关闭', en: 'Close' } : DEEDS[deed.value]}
      danger={deeds.length > 0 && deed.value === 'scrapped'}
      onClose={onClose}
      onSubmit={send}
    >
      {deeds.length === 0 ? (
        <p>
          {t({
            zh: '通过撤机或换机工单撤回。',
            en: 'It is taken back by a work order: withdrawal or exchange.',
          })}
        </p>
      ) : (
        <SelectField
          label={t({ zh: '操作', en: 'What to do' })}
          value={deed.value}
          options={deeds.map((value) => ({ value, text: t(DEEDS[value]) }))}
          onChange={(value) => (deed.value = value)}
        />
      )}
      {deeds.length > 0 && deed.value === 'assign' && (
        <>
          <TextField
            label={t({ zh: '商户号', en: 'Merchant number' })}
            value={mid.value}
            onInput={(text) => (mid.value = text)}
            maxLength={15}
            required
          />
          <Room mid={mid.value.trim()} />
          <TextField
            label={t({ zh: '终端号（可空）', en: 'Terminal number (may be empty)' })}
            value={tid.value}
            onInput={(text) => (tid.value = text)}
            maxLength={8}
          />
        </>
      )}
    </FormDialog>
  )
}

/** How many terminals the merchant has and may have, before somebody asks for one more. */
function Room({ mid }: { readonly mid: string }) {
  const isWhole = mid.length === 15
  const { data } = useData<MerchantUse>(
    isWhole ? `/api/estate/merchants/${encodeURIComponent(mid)}` : undefined,
  )
  if (!isWhole || data?.mid !== mid) return null
  const { terminals, terminalsMax, holder, holderTerminals, holderTerminalsMax, tier } = data
  const isFull = terminals >= terminalsMax || holderTerminals >= holderTerminalsMax
  const ofHolder = {
    zh: `，持有人 ${holderTerminals} / ${holderTerminalsMax}`,
    en: `, its holder ${holderTerminals} of ${holderTerminalsMax}`,
  }
  return (
    <p class="hint" role="status">
      {t({
        zh: `该商户已有 ${terminals} / ${terminalsMax} 台终端（等级 ${tier}）`,
        en: `The merchant has ${terminals} of ${terminalsMax} terminals (tier ${tier})`,
      })}
      {holder !== '' && t(ofHolder)}
      {isFull &&
        t({
          zh: '：已达上限，请先在终端页面提升等级或撤机。',
          en: ': as many as allowed. Raise the tier on the page of one of its terminals, or withdraw one first.',
        })}
    </p>
  )
}
