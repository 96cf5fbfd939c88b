/** How much paper a printer has. */
export type PaperLevel = 'ok' | 'nearEnd' | 'out'

/** A terminal's own battery. */
export interface BatteryLevel {
  /** 0 to 100. */
  readonly percent: number
  readonly isCharging: boolean
}

/** A backup of the terminal that was made, or one that was restored on trial and had the same books. */
export interface BackupNote {
  readonly kind: 'backup' | 'restoreDrill'
  /** Whole seconds since 1970. */
  readonly atS: number
  /** First 16 hexadecimal digits of the file's SHA-256. */
  readonly digest: string
}

/** What a terminal says of itself beyond its devices. Undefined: it does not say. */
export interface StatusItems {
  /** 16 characters at most. */
  readonly softwareVersion?: string | undefined
  readonly paper?: PaperLevel | undefined
  readonly battery?: BatteryLevel | undefined
  /** The last of each kind. */
  readonly backups?: readonly BackupNote[] | undefined
}

const VERSION_SIZE = 16
const BACKUP_LETTERS = { backup: 'B', restoreDrill: 'R' } as const
const BACKUP = /65([BR])(\d{10})([0-9a-f]{16})/g
const PAPER = { '0': 'ok', '1': 'nearEnd', '2': 'out' } as const
/** Behind whatever the parameters hold, before the item of the packages, which stands last. */
const ITEMS =
  /61([\w.+-]{0,16} *)(?:63([012]))?(?:64(\d{3})([01]))?((?:65[BR]\d{10}[0-9a-f]{16})*)(?:62[A-Z][\d. ]{22})?$/

/** Items 61 (version), 63 (paper), 64 (battery) and 65 (backups) of a status upload; ours, behind what the sources know. */
export function formatStatusItems({
  softwareVersion = '',
  paper,
  battery,
  backups = [],
}: StatusItems): string {
  const level = Object.entries(PAPER).find(([, each]) => each === paper)?.[0]
  return [
    `61${softwareVersion.slice(0, VERSION_SIZE).padEnd(VERSION_SIZE, ' ')}`,
    level === undefined ? '' : `63${level}`,
    battery === undefined
      ? ''
      : `64${String(Math.round(battery.percent)).padStart(3, '0')}${battery.isCharging ? '1' : '0'}`,
    ...backups.map(
      ({ kind, atS, digest }) => `65${BACKUP_LETTERS[kind]}${String(atS).padStart(10, '0')}${digest}`,
    ),
  ].join('')
}

/** What the end of a status upload says; empty where it has none of these items. */
export function parseStatusItems(text: string): StatusItems {
  const match = ITEMS.exec(text)
  if (match === null || match[1]?.length !== VERSION_SIZE) return {}
  const [, version = '', paper, percent, charging, notes = ''] = match
  const backups = [...notes.matchAll(BACKUP)].map(
    ([, letter, atS, digest = '']): BackupNote => ({
      kind: letter === 'B' ? 'backup' : 'restoreDrill',
      atS: Number(atS),
      digest,
    }),
  )
  const softwareVersion = version.trim()
  return {
    ...(softwareVersion === '' ? {} : { softwareVersion }),
    ...(paper === undefined ? {} : { paper: PAPER[paper as keyof typeof PAPER] }),
    ...(percent === undefined || Number(percent) > 100
      ? {}
      : { battery: { percent: Number(percent), isCharging: charging === '1' } }),
    ...(backups.length === 0 ? {} : { backups }),
  }
}
