import { appendFileSync } from 'node:fs'
import { Program, type ProgramEvent } from '../e2e/program.ts'
import { CARD_PIN, type TillSite } from './crash-site.ts'
import type { CustomerCard } from './orders.ts'

/** The board of one till, as a program, and the customers at it: they do what lamp and pad ask for. */
export class BoardHands {
  /** Lines of each piece of paper that was cut off. */
  readonly paper: (readonly string[])[] = []
  readonly #program: Program
  readonly #moment: (name: string) => void
  #card: CustomerCard | undefined
  #presented = 0

  private constructor(program: Program, logFile: string, moment: (name: string) => void) {
    this.#program = program
    this.#moment = moment
    program.onLine((line) => {
      appendFileSync(logFile, `${line}\n`)
      if (line.startsWith('{')) this.#react(JSON.parse(line))
    })
  }

  static async open(site: TillSite, logFile: string, moment: (name: string) => void): Promise<BoardHands> {
    const folders = ['--data', site.boardDirectory, '--cards', site.cardsDirectory]
    const program = new Program(['board', ...folders, '--fast', '--json', '--at-once'])
    const hands = new BoardHands(program, logFile, moment)
    await program.event('ready')
    return hands
  }

  /** The customer from now on. */
  hold(card: CustomerCard | undefined): void {
    this.#card = card
    this.#presented = 0
  }

  /** A customer who sees the terminal go dark takes the card along. */
  takeCard(): void {
    this.#do('remove')
  }

  async close(): Promise<void> {
    this.#do('quit')
    await this.#program.ended()
  }

  kill(): Promise<void> {
    return this.#program.kill()
  }

  #react(event: ProgramEvent): void {
    const { event: kind, lamp, screen } = event
    if (kind === 'lamp' && lamp === 'cardWanted') this.#present()
    else if (kind === 'lamp' && lamp === 'takeCard') this.#do('remove')
    else if (kind === 'padScreen') this.#enterPin(screen)
    else if (kind === 'printed') this.#keep(String(event['text']))
    if (kind === 'lamp') this.#moment(`lamp ${lamp}`)
  }

  #present(): void {
    const card = this.#card
    if (card === undefined || this.#presented > 3) return
    this.#presented++
    this.#do(card.hasChip ? `insert ${card.name}` : `swipe ${card.name}`)
  }

  #enterPin(screen: unknown): void {
    if (!isPinQuestion(screen)) return
    this.#moment('enterPin')
    this.#do(`keys ${CARD_PIN}#`)
    this.#moment('PIN entered')
  }

  /** The frame around the text is the console's, not the paper's. */
  #keep(text: string): void {
    const lines = text.split('\n').filter((line) => line.startsWith('│'))
    this.paper.push(lines.map((line) => line.replace(/^│ ?/, '').replace(/\s*│$/, '')))
  }

  #do(command: string): void {
    this.#program.write(`${command}\n`)
  }
}

function isPinQuestion(screen: unknown): boolean {
  if (typeof screen !== 'object' || screen === null) return false
  return 'kind' in screen && screen.kind === 'enterPin' && 'digitCount' in screen && screen.digitCount === 0
}
