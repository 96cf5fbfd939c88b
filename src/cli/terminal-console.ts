import { performance } from 'node:perf_hooks'
import type { LineSource } from '../terminal/adapters/line-source.ts'
import type { JsonPanelOutput, TextPanelOutput } from '../terminal/adapters/panel-output.ts'
import type { Terminal, TerminalStopped } from '../terminal/adapters/terminal.ts'
import type { CommandOutcome, TerminalCommand } from '../terminal/flows/terminal-command.ts'
import type { CliLanguage } from './language.ts'
import { consoleHelp, describeCommandError, parseConsoleCommand } from './terminal-console-commands.ts'
import { completionsOf } from './terminal-console-completion.ts'
import { describeDevice, describeOutcome, isSuccess } from './terminal-console-outcome.ts'
import type { ConsoleServices, ServiceReport } from './terminal-console-services.ts'

export type ConsoleOutput =
  | { readonly kind: 'text'; readonly panel: TextPanelOutput }
  | { readonly kind: 'json'; readonly panel: JsonPanelOutput }

/** The part of a terminal that a console uses. */
export type AttachedTerminal = Pick<Terminal, 'run' | 'cancel' | 'close' | 'onDevices' | 'profile' | 'state'>

/** Two presses of Ctrl-C within this time quit. */
const TWICE_MS = 2_000

/** How a console session went. `failures`: commands that were not understood or not done as asked. */
export interface ConsoleResult {
  readonly commands: number
  readonly failures: number
}

/** The operator's console of one terminal: lines in, outcomes out. */
export class TerminalConsole {
  readonly #lines: LineSource
  readonly #output: ConsoleOutput
  #terminal: AttachedTerminal | undefined
  #commands = 0
  #failures = 0
  #quitting = false
  #services: ConsoleServices | undefined
  #isReborn = false
  #isCutShort = false
  #interruptedAtMs = Number.NEGATIVE_INFINITY

  constructor(lines: LineSource, output: ConsoleOutput) {
    this.#lines = lines
    this.#output = output
  }

  /** Whether the session is to end. */
  get quitting(): boolean {
    return this.#quitting
  }

  /** Whether the terminal became another one, and is to be opened anew. */
  get isReborn(): boolean {
    return this.#isReborn
  }

  /** Whether a signal ended the session: nothing more is begun then. */
  get isCutShort(): boolean {
    return this.#isCutShort
  }

  get result(): ConsoleResult {
    return { commands: this.#commands, failures: this.#failures }
  }

  /** The terminal that takes the commands; its devices are reported from now on. */
  attach(terminal: AttachedTerminal, services?: ConsoleServices): void {
    this.#terminal = terminal
    this.#services = services
    this.#isReborn = false
    const told = new Map<string, string>()
    terminal.onDevices(({ devices }) => {
      if (this.#output.kind === 'json') {
        this.#output.panel.event('devices', { devices })
        return
      }
      // Each report names all devices; a person wants to hear of the one that changed.
      for (const device of devices) {
        const text = describeDevice(device, 'en')
        if (told.get(device.device) !== text) this.#say((language) => `  ${describeDevice(device, language)}`)
        told.set(device.device, text)
      }
    })
  }

  /** What can be done for the attached terminal beside its commands. */
  offer(services: ConsoleServices): void {
    this.#services = services
  }

  /** Takes commands until `quit`, the end of input, or the terminal is another one. */
  async takeCommands(): Promise<void> {
    while (!this.#quitting && !this.#isReborn) {
      const line = await this.#readCommand()
      if (line === undefined) return
      await this.perform(line)
    }
  }

  /** Does what one line says. @throws {TerminalStopped} when the terminal had to stop. */
  async perform(line: string): Promise<void> {
    const terminal = this.#terminal
    if (terminal === undefined || this.#quitting) return
    const parsed = parseConsoleCommand(line, terminal.profile.currency)
    if (!parsed.ok) {
      this.#commands++
      this.#failures++
      if (this.#output.kind === 'json') this.#output.panel.event('notUnderstood', { error: parsed.error })
      else this.#say((language) => `! ${describeCommandError(parsed.error, language)}`)
      return
    }
    switch (parsed.value.kind) {
      case 'nothing':
        return
      case 'quit':
        this.#quitting = true
        return
      case 'help':
        if (this.#output.kind === 'text') this.#say((language) => consoleHelp(language).trimEnd())
        return
      case 'language':
        if (this.#output.kind === 'text') this.#output.panel.language = parsed.value.language
        return
      case 'activate': {
        const { code } = parsed.value
        await this.#serve('activate', (services) => services.activate(code))
        return
      }
      case 'commission': {
        const request = parsed.value
        await this.#serve('commission', (services) => services.commission(request))
        return
      }
      case 'run':
        await this.run(parsed.value.command)
    }
  }

  /** Runs one command and tells its outcome. @throws {TerminalStopped} when the terminal had to stop. */
  async run(command: TerminalCommand): Promise<CommandOutcome> {
    const terminal = this.#terminal
    if (terminal === undefined) return { kind: 'cancelled' }
    this.#commands++
    const outcome = await terminal.run(command)
    if (!isSuccess(outcome)) this.#failures++
    if (this.#output.kind === 'json') this.#output.panel.event('outcome', { command: command.kind, outcome })
    else this.#say((language) => `= ${describeOutcome(outcome, language).join('\n  ')}`)
    return outcome
  }

  /** Ctrl-C: cancels what waits for a person; the second time it quits. */
  interrupt(): void {
    const nowMs = performance.now()
    if (nowMs - this.#interruptedAtMs < TWICE_MS) {
      this.quit()
      return
    }
    this.#interruptedAtMs = nowMs
    this.#terminal?.cancel()
    this.#services?.cancel()
    if (this.#output.kind === 'text')
      this.#say((language) => (language === 'zh' ? '! 再按一次 Ctrl-C 退出' : '! Ctrl-C again to quit'))
  }

  /** Ends the session as soon as nothing is left half-done. */
  quit(): void {
    this.#quitting = true
    this.#isCutShort = true
    this.#services?.cancel()
    // The end of input also ends a prompt that waits for a command.
    this.#lines.close()
    this.#terminal?.close().catch(() => {})
  }

  /** @throws {TerminalStopped} when the terminal had to stop. */
  async #serve(
    command: 'activate' | 'commission',
    work: (services: ConsoleServices) => Promise<ServiceReport>,
  ): Promise<void> {
    if (this.#services === undefined) return
    this.#commands++
    const { isDone, lines, facts, isReborn } = await work(this.#services)
    if (!isDone) this.#failures++
    this.#isReborn = isReborn === true
    if (this.#output.kind === 'json') this.#output.panel.event('service', { command, isDone, ...facts })
    else this.#say((language) => `${isDone ? '=' : '!'} ${lines.map((line) => line[language]).join('\n  ')}`)
  }

  /** Tells why the terminal stopped. */
  tellStop(error: TerminalStopped): void {
    if (this.#output.kind === 'json')
      this.#output.panel.event('stopped', { cause: error.stopCause.kind, message: error.message })
  }

  /** A sentence of the program, to people only. */
  tell(texts: { readonly zh: string; readonly en: string }, mark: '=' | '!' = '='): void {
    if (this.#output.kind === 'text') this.#say((language) => `${mark} ${texts[language]}`)
  }

  /** In the language of the screens; in both, one after the other. */
  #say(text: (language: CliLanguage) => string): void {
    const language = this.#output.kind === 'text' ? this.#output.panel.language : 'en'
    const languages: readonly CliLanguage[] = language === 'both' ? ['zh', 'en'] : [language]
    for (const each of languages) this.#lines.print(`${text(each)}\n`)
  }

  #readCommand(): Promise<string | undefined> {
    const prompt = this.#output.kind === 'json' ? '' : `${this.#terminal?.state.loggedOn ?? '--'}> `
    return new Promise((resolve) =>
      this.#lines.read({ prompt, secret: false, complete: completionsOf }, resolve),
    )
  }
}
