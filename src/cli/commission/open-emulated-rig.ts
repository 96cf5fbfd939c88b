import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DEFAULT_TERMINAL_ID } from '../../host/estate/default-estate.ts'
import { openTerminal } from '../../terminal/adapters/open-terminal.ts'
import { ScriptedPanel } from '../../terminal/adapters/scripted-panel.ts'
import { openSerialPeripherals } from '../../terminal/adapters/serial-peripherals.ts'
import { SystemClock } from '../../terminal/adapters/system-clock.ts'
import { DEFAULT_PROFILE } from '../../terminal/flows/terminal-profile.ts'
import { UsageFailure } from '../failure.ts'
import { releaseVersion } from '../release.ts'
import { bringKeyIn } from '../up/bring-key-in.ts'
import { WORLD_OPERATORS } from '../up/world-operators.ts'
import type { CommissionRig } from './commission-rig.ts'
import { emulatedAnswers } from './emulated-customers.ts'
import type { RigMessage, RigOrder, RigReady } from './rig-messages.ts'

const PROGRAM = fileURLToPath(new URL('./rig-process.ts', import.meta.url))
const BAUD_RATE = 115_200
/** Answers that are lost on purpose are not waited for as long as real ones. */
const REPLY_TIMEOUT_MS = 4_000

/** The terminal in this process; host, board and customers in another, which ends with it. */
export async function openEmulatedRig(directory: string): Promise<CommissionRig> {
  const child = fork(PROGRAM, [directory], { execArgv: process.execArgv, serialization: 'advanced' })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const end = async (): Promise<void> => {
    if (child.connected) await ended(child)
    process.off('exit', kill)
  }
  const order = (message: RigOrder): void => void child.send(message)
  try {
    const ready = await firstWord(child)
    const terminal = await openRigTerminal(directory, ready, () => order({ kind: 'newPaper' }))
    if (!terminal.state.commissioned || !ready.padHasMasterKey) await bringKeyIn(terminal, ready.keyBlock)
    return {
      terminal,
      directory: join(directory, 'terminal'),
      operator: WORLD_OPERATORS.supervisor.number,
      customers: {
        serve: (card) => order({ kind: 'serve', card }),
        endPaper: () => order({ kind: 'endPaper' }),
      },
      async close() {
        await terminal.close()
        await end()
      },
    }
  } catch (error) {
    await end()
    throw error
  }
}

function openRigTerminal(
  directory: string,
  { reader, pinpad, printer, hostPort, caKeys }: RigReady,
  newPaper: () => void,
) {
  return openTerminal({
    dataDirectory: join(directory, 'terminal'),
    profile: { ...DEFAULT_PROFILE, terminalId: DEFAULT_TERMINAL_ID, replyTimeoutMs: REPLY_TIMEOUT_MS },
    hostAddress: { host: '127.0.0.1', port: hostPort },
    softwareVersion: releaseVersion(),
    peripherals: openSerialPeripherals({
      readerPath: reader,
      pinPadPath: pinpad,
      printerPath: printer,
      baudRate: BAUD_RATE,
      clock: new SystemClock(),
    }),
    panel: new ScriptedPanel(emulatedAnswers(newPaper)),
    caKeys,
  })
}

/** Rejects with `UsageFailure` when host or board can't be opened. */
function firstWord(child: ChildProcess): Promise<RigReady> {
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('exit', () =>
      fail(new UsageFailure('the emulated host and board ended at once: see host.log')),
    )
    child.once('message', (message: RigMessage) => {
      if (message.kind === 'ready') done(message)
      else fail(new UsageFailure(message.message))
    })
  })
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    child.once('exit', () => done())
    child.send({ kind: 'end' } satisfies RigOrder, () => {})
  })
}
