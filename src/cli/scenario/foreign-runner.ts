import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readCardFolder } from '../../../sim/real/card-folder.ts'
import { type ForeignSetup, runForeignScenario } from '../../../sim/real/run-foreign-scenario.ts'
import type { Scenario } from '../../../sim/scenario/scenario.ts'
import type { ScenarioResult } from '../../../sim/scenario/scenario-result.ts'
import { TcpDialer } from '../../terminal/adapters/tcp-stream.ts'
import { UsageFailure } from '../failure.ts'
import {
  checkHostName,
  type IdentityFlags,
  parseHostAddress,
  readKeyBlock,
  readSetup,
  readTls,
  type TlsFlags,
} from '../terminal-console-setup.ts'
import { inPlace, inTemporaryFolder } from './real-runner.ts'

export interface ForeignFlags extends IdentityFlags, TlsFlags {
  readonly host?: string
  readonly keyBlock?: string
  readonly keyBlockFile?: string
  readonly board?: string
  readonly cards?: string
}

const PAD_FILE = 'pad-provisioning.json'

/** Gives `work` the means to run scenarios against the host at `--host`. @throws {UsageFailure} */
export async function withForeignHost<T>(
  flags: ForeignFlags,
  work: (run: (scenario: Scenario) => Promise<ScenarioResult>) => Promise<T>,
): Promise<T> {
  const foreign = await readForeignFlags(flags)
  return inTemporaryFolder((folder, interrupted) =>
    work((scenario) => inPlace(folder, interrupted, (place) => runForeignScenario(scenario, foreign, place))),
  )
}

async function readForeignFlags(flags: ForeignFlags): Promise<ForeignSetup> {
  const address = parseHostAddress(flags.host ?? '')
  await checkHostName(address)
  const dialer = new TcpDialer(address, readTls(flags))
  const keyBlock = readKeyBlock(flags)
  if (keyBlock === undefined)
    throw new UsageFailure(
      '--host needs --key-block-file: the master key that the acquirer made for the PIN pad',
    )
  const { board, cards } = flags
  if (board === undefined || !existsSync(join(board, PAD_FILE)))
    throw new UsageFailure(
      `--host needs --board DIR, the folder with the pad that the key block is for (${PAD_FILE}); "tillwire board --data DIR" makes one`,
    )
  if (cards === undefined || !existsSync(cards))
    throw new UsageFailure('--host needs --cards DIR with the images of the cards: stripe.json, chip.json …')
  const images = readCardFolder(cards)
  if (!images.ok) throw new UsageFailure(images.error)
  if (images.value.size === 0)
    throw new UsageFailure(`there is no card in ${cards}: "tillwire scenario words cards" lists their names`)
  await checkAnswers(dialer, flags.host ?? '')
  return {
    dialer,
    setup: readSetup(flags),
    keyBlock,
    boardDirectory: board,
    cardsDirectory: cards,
    cards: images.value,
  }
}

/** That somebody listens there; each scenario would fail for the same reason otherwise. @throws {UsageFailure} */
function checkAnswers(dialer: TcpDialer, host: string): Promise<void> {
  return new Promise((done, fail) => {
    dialer.dial(
      (stream) => {
        stream.close()
        done()
      },
      (reason) => fail(new UsageFailure(`--host: ${host}: ${reason}; is the host running there?`)),
    )
  })
}
