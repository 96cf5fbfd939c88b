import type {
  CeremonyView,
  DeviceView,
  OrderView,
  TerminalView,
} from '../../host/console/api-types/estate.ts'
import { type Text, t } from '../state/language.ts'
import { Badge, type Tone } from './badge.tsx'

type Named<Key extends string> = { readonly [key in Key]: readonly [tone: Tone, text: Text] }

export const TERMINAL_STATUSES: Named<TerminalView['status']> = {
  active: ['good', { zh: '启用', en: 'Active' }],
  blocked: ['bad', { zh: '已停用', en: 'Blocked' }],
}

export const DEVICE_STATES: Named<DeviceView['state']> = {
  inStock: ['info', { zh: '在库', en: 'In stock' }],
  assigned: ['warn', { zh: '已分配', en: 'Assigned' }],
  installed: ['good', { zh: '已安装', en: 'Installed' }],
  withdrawn: ['quiet', { zh: '已撤回', en: 'Withdrawn' }],
  scrapped: ['bad', { zh: '已报废', en: 'Scrapped' }],
}

export const ORDER_STATES: Named<OrderView['state']> = {
  open: ['info', { zh: '待派', en: 'Open' }],
  scheduled: ['info', { zh: '已预约', en: 'Scheduled' }],
  underway: ['warn', { zh: '进行中', en: 'Under way' }],
  done: ['good', { zh: '已完成', en: 'Done' }],
  failed: ['bad', { zh: '未完成', en: 'Failed' }],
  cancelled: ['quiet', { zh: '已取消', en: 'Cancelled' }],
}

export const ORDER_KINDS: { readonly [kind in OrderView['kind']]: Text } = {
  install: { zh: '安装', en: 'Installation' },
  exchange: { zh: '换机', en: 'Exchange' },
  repair: { zh: '维修', en: 'Repair' },
  withdraw: { zh: '撤机', en: 'Withdrawal' },
}

export const CEREMONY_STATES: Named<CeremonyView['state']> = {
  open: ['warn', { zh: '待打印', en: 'To be printed' }],
  printed: ['info', { zh: '待输入', en: 'To be entered' }],
  loaded: ['good', { zh: '已启用', en: 'In use' }],
  cancelled: ['quiet', { zh: '已取消', en: 'Cancelled' }],
}

/** The state of something in the estate, in the reader's language. */
export function NamedBadge<Key extends string>({
  names,
  value,
}: {
  readonly names: Named<Key>
  readonly value: Key
}) {
  const [tone, text] = names[value]
  return <Badge tone={tone}>{t(text)}</Badge>
}

/** Options of a filter: all, then each by its name. */
export function filterOptions<Key extends string>(names: Named<Key>) {
  const keys = Object.keys(names) as Key[]
  return [
    { value: '', text: t({ zh: '全部', en: 'All' }) },
    ...keys.map((value) => ({ value, text: t(names[value][1]) })),
  ]
}
