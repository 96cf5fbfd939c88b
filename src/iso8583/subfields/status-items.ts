/** How much paper a printer has. */
export type PaperLevel = 'ok' | 'nearEnd' | 'out'

/** A terminal's own battery. */
export interface BatteryLevel {
  /** 0 to 100. */
  readonly percent: number
  readonly isCharging: boolean
}

/** What a terminal says of itself beyond its devices. Undefined: it does not say. */
export interface StatusItems {
  /** 16 characters at most. */
  readonly softwareVersion?: string | undefined
  readonly paper?: PaperLevel | undefined
  readonly battery?: BatteryLevel | undefined
}

const VERSION_SIZE = 16
const PAPER = { '0': 'ok', '1': 'nearEnd', '2': 'out' } as const
/** Behind whatever the parameters hold, before the item of the packages, which stands last. */
const ITEMS = /61([\w.+-]{0,16} *)(?:63([012]))?(?:64(\d{3})([01]))?(?:62[A-Z][\d. ]{22})?$/

/** Items 61 (version), 63 (paper) and 64 (battery) of a status upload; ours, behind what the sources know. */
export function formatStatusItems({ softwareVersion = '', paper, battery }: StatusItems): string {
  const level = Object.entries(PAPER).find(([, each]) => each === paper)?.[0]
  return [
    `61${softwareVersion.slice(0, VERSION_SIZE).padEnd(VERSION_SIZE, ' ')}`,
    level === undefined ? '' : `63${level}`,
    battery === undefined
      ? ''
      : `64${String(Math.round(battery.percent)).padStart(3, '0')}${battery.isCharging ? '1' : '0'}`,
  ].join('')
}

/** What the end of a status upload says; empty where it has none of these items. */
export function parseStatusItems(text: string): StatusItems {
  const match = ITEMS.exec(text)
  if (match === null || match[1]?.length !== VERSION_SIZE) return {}
  const [, version = '', paper, percent, charging] = match
  const softwareVersion = version.trim()
  return {
    ...(softwareVersion === '' ? {} : { softwareVersion }),
    ...(paper === undefined ? {} : { paper: PAPER[paper as keyof typeof PAPER] }),
    ...(percent === undefined || Number(percent) > 100
      ? {}
      : { battery: { percent: Number(percent), isCharging: charging === '1' } }),
  }
}
