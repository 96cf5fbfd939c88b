import { activateTerminal } from '../../terminal/adapters/activation-client.ts'
import { isActivated, saveActivation } from '../../terminal/adapters/activation-place.ts'
import type { Terminal } from '../../terminal/adapters/terminal.ts'
import { Finding } from '../failure.ts'

/**
 * Makes a boxed terminal what its code says, or finds that this was done before: then the code is not needed any more.
 *
 * @throws {Finding} with the reason in both languages; the terminal is as it was.
 */
export async function activateBoxed(
  terminal: Terminal,
  dataDirectory: string,
  { code, consoleUrl }: { readonly code: string; readonly consoleUrl: string },
  say: (texts: { readonly zh: string; readonly en: string }) => void,
): Promise<void> {
  if (isActivated(terminal.state, dataDirectory)) {
    const { terminalId } = terminal.profile
    say({
      zh: `已是终端 ${terminalId}，不再需要激活码`,
      en: `this is terminal ${terminalId} already; the code is not needed`,
    })
    return
  }
  const activated = await activateTerminal({ code, consoleUrl, terminal })
  if (!activated.ok) throw new Finding(`${activated.error.en} ${activated.error.zh}`)
  saveActivation(dataDirectory, activated.value, consoleUrl)
  const { profile, checkValue } = activated.value
  say({
    zh: `已激活为终端 ${profile.terminalId}，主密钥校验值 ${checkValue}`,
    en: `activated as terminal ${profile.terminalId}, master key check value ${checkValue}`,
  })
}
