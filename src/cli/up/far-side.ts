import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Board, openBoard } from '../../../hardware/emulator/board.ts'
import type { Factory } from '../../../hardware/emulator/factory.ts'
import { nodeRandom } from '../../crypto/node-random.ts'
import { openHostLogFile } from '../../host/service/host-log.ts'
import { type Host, openHost } from '../../host/service/open-host.ts'
import { SystemClock } from '../../terminal/adapters/system-clock.ts'
import type { Recorder } from '../recording/recorder.ts'
import { makeWorldCards } from './world-cards.ts'

export interface FarSideOptions {
  /** Holds host, board, terminal and cards, each in its folder. */
  readonly directory: string
  /** Speed of the emulated serial lines; undefined: as fast as it goes. */
  readonly baudRate: number | undefined
  readonly sharedLine: boolean
  /** Any free ports instead of the default ones. */
  readonly freePorts: boolean
  /** Certifies the pad at its first start, so that it can get keys from afar. */
  readonly factory?: Factory
  /** Hears the host's clients and the terminal's devices. */
  readonly recorder?: Recorder | undefined
  /** The host can not keep records any more. */
  readonly hostStopped?: (reason: string) => void
}

/** All that a terminal meets on its lines. */
export interface FarSide {
  readonly host: Host
  readonly board: Board
  readonly cardsDirectory: string
  /** The board, then the host. */
  close(): Promise<void>
}

const FREE_PORTS = { 'unionpay-pos': 0, 'iso1987-ascii': 0, 'iso1987-binary': 0 }

/** Opens host and board with the cards of the embedded defaults. What was opened is closed when one fails. */
export async function openFarSide(options: FarSideOptions): Promise<FarSide> {
  const { directory, recorder } = options
  const hostDirectory = join(directory, 'host')
  const cardsDirectory = join(directory, 'cards')
  mkdirSync(hostDirectory, { recursive: true, mode: 0o700 })
  makeWorldCards(hostDirectory, cardsDirectory)
  const host = await openHost({
    dataDirectory: hostDirectory,
    log: openHostLogFile('info', join(hostDirectory, 'host.log')),
    ...(options.freePorts ? { ports: FREE_PORTS } : {}),
    ...(recorder === undefined ? {} : { tap: recorder.hostTap }),
    ...(options.hostStopped === undefined ? {} : { onFatal: options.hostStopped }),
  })
  try {
    const board = await openBoard({
      directory: join(directory, 'board'),
      clock: new SystemClock(),
      random: nodeRandom,
      baudRate: options.baudRate,
      sharedLine: options.sharedLine,
      ...(options.factory === undefined ? {} : { factory: options.factory }),
    })
    const close = async (): Promise<void> => {
      board.close()
      await host.close()
    }
    return { host, board, cardsDirectory, close }
  } catch (error) {
    await host.close()
    throw error
  }
}
