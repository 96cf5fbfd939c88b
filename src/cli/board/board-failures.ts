import { BoardRefusal } from '../../../hardware/emulator/board.ts'
import { DevicePortTaken } from '../../../hardware/emulator/device-port.ts'
import { PadMemoryDamaged } from '../../../hardware/emulator/pad-memory.ts'
import { PseudoTerminalFailure } from '../../../hardware/emulator/pseudo-terminal.ts'

/** What the environment may do wrong to a board; each message is one sentence that says what to do. */
export const BOARD_FAILURES = [BoardRefusal, DevicePortTaken, PadMemoryDamaged, PseudoTerminalFailure]
