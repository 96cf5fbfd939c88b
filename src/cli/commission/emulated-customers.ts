import type { Board } from '../../../hardware/emulator/board.ts'
import type { Customers } from '../../terminal/adapters/commissioning/commissioning-site.ts'
import type { ScriptedAnswer } from '../../terminal/adapters/scripted-panel.ts'
import type { Question, QuestionAnswer } from '../../terminal/flows/screen.ts'
import { Hands } from '../up/hands.ts'
import { cardFile, WORLD_PIN } from '../up/world-cards.ts'
import { WORLD_OPERATORS } from '../up/world-operators.ts'

/** The hands of an emulated board: test cards of the embedded defaults, and paper. */
export class EmulatedCustomers implements Customers {
  readonly #board: Board
  readonly #hands: Hands
  readonly #cardsDirectory: string

  constructor(board: Board, cardsDirectory: string) {
    this.#board = board
    this.#hands = new Hands(board)
    this.#cardsDirectory = cardsDirectory
  }

  serve(card: 'chip' | 'stripe' | undefined): void {
    this.#hands.hold(
      card && {
        path: cardFile(this.#cardsDirectory, card),
        how: card === 'chip' ? 'insert' : 'swipe',
        pin: WORLD_PIN,
      },
    )
  }

  endPaper(): void {
    this.#board.printer.setPaper('end')
  }

  newPaper(): void {
    this.#board.printer.setPaper('ok')
  }

  stop(): void {
    this.#hands.stop()
    this.newPaper()
  }
}

/** What the operators of the embedded defaults answer; new paper is put in when the printer wants some. */
export function emulatedAnswers(newPaper: () => void): {
  readonly [screenId: string]: ScriptedAnswer
} {
  const passwords = new Map<string, string>(
    Object.values(WORLD_OPERATORS).map(({ number, password }) => [number, password]),
  )
  return {
    enterPassword: ({ screen }: Question): QuestionAnswer => ({
      kind: 'entered',
      text: passwords.get(String(screen.values?.['operator'])) ?? '',
    }),
    enterSupervisor: { kind: 'entered', text: WORLD_OPERATORS.supervisor.number },
    confirmVoid: { kind: 'confirmed' },
    choosePrinterTrouble: () => {
      newPaper()
      return { kind: 'chosen', id: 'retry' }
    },
  }
}
