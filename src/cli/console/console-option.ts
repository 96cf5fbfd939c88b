import { DEFAULT_CONSOLE_PORT } from '../../host/console/open-console.ts'
import { type ListenPlace, listenPlaceOf } from '../listen-place.ts'

export const CONSOLE_OPTION = [
  '--console <[host:]port>',
  '控制台地址；只写端口即仅限本机 | serve the console there; a port alone means this machine only (default: 8580)',
] as const
export const NO_CONSOLE_OPTION = ['--no-console', '不开控制台 | without the console'] as const

export interface ConsolePlace extends ListenPlace {
  /** Nobody asked for this port: another one will do. */
  readonly isDefault: boolean
}

/** Where the console is served; undefined when it was not wanted. */
export function consolePlaceOf(flag: string | boolean | undefined): ConsolePlace | undefined {
  if (flag === false) return undefined
  if (flag === undefined || flag === true)
    return { address: '127.0.0.1', port: DEFAULT_CONSOLE_PORT, isDefault: true }
  return { ...listenPlaceOf('--console', flag, String(DEFAULT_CONSOLE_PORT)), isDefault: false }
}
