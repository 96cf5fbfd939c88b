/** Where a device is in its life. */
export const DEVICE_STATES = ['inStock', 'assigned', 'installed', 'withdrawn', 'scrapped'] as const
export type DeviceState = (typeof DEVICE_STATES)[number]

const NEXT: { readonly [state in DeviceState]: readonly DeviceState[] } = {
  inStock: ['assigned', 'scrapped'],
  assigned: ['installed', 'inStock', 'withdrawn'],
  installed: ['withdrawn'],
  withdrawn: ['inStock', 'scrapped'],
  scrapped: [],
}

export function mayBecome(from: DeviceState, to: DeviceState): boolean {
  return NEXT[from].includes(to)
}

const NAMES: { readonly [state in DeviceState]: readonly [zh: string, en: string] } = {
  inStock: ['在库', 'in stock'],
  assigned: ['已分配', 'assigned'],
  installed: ['已安装', 'installed'],
  withdrawn: ['已撤回', 'withdrawn'],
  scrapped: ['已报废', 'scrapped'],
}

export function deviceStateName(state: DeviceState): { readonly zh: string; readonly en: string } {
  const [zh, en] = NAMES[state]
  return { zh, en }
}
