import { activateTerminal } from '../terminal/adapters/activation-client.ts'
import { saveActivation } from '../terminal/adapters/activation-place.ts'
import type { Terminal } from '../terminal/adapters/terminal.ts'
import { Finding } from './failure.ts'
import type { TerminalConsole } from './terminal-console.ts'

export interface ActivationFlags {
  readonly code: string
  readonly console: string
}

/**
 * Activates a new terminal by its code and leaves its profile beside its journal, for `--profile` from then on.
 *
 * @throws {Finding} with the reason in both languages.
 */
export async function activate(
  console: TerminalConsole,
  terminal: Terminal,
  { code, console: consoleUrl }: ActivationFlags,
  dataDirectory: string,
): Promise<void> {
  const activated = await activateTerminal({
    code,
    consoleUrl,
    terminal: {
      state: terminal.state,
      profile: terminal.profile,
      run: (command) => console.run(command),
    },
  })
  if (!activated.ok) throw new Finding(`${activated.error.en} ${activated.error.zh}`)
  const { profile, checkValue } = activated.value
  saveActivation(dataDirectory, activated.value, consoleUrl)
  console.tell({
    zh: `终端 ${profile.terminalId} 已激活，主密钥校验值 ${checkValue}\n  以后启动：tillwire terminal --data ${dataDirectory} --reader … --pinpad … --printer …`,
    en: `Terminal ${profile.terminalId} is activated, master key check value ${checkValue}\n  from now on: tillwire terminal --data ${dataDirectory} --reader … --pinpad … --printer …`,
  })
}
