import { concatBytes } from '../../base/bytes.ts'
import { isSuccessOrWarning, parseCommand } from '../../emv/apdu.ts'
import { decodeTlvs } from '../../emv/ber-tlv.ts'
import { setBit, TSI, TVR } from '../../emv/results.ts'
import type { Flow } from '../flows/effect.ts'
import { exchange } from './card-channel.ts'
import type { ContactSession } from './contact-session.ts'
import type { ContactStop } from './contact-stop.ts'

interface Script {
  readonly identifier: Uint8Array
  /** Undefined: the template can't be read. */
  readonly commands: readonly Uint8Array[] | undefined
}

/** High nibble of a result. Source: EMV Book 4, annex A5. */
const NOT_PERFORMED = 0x00
const FAILED = 0x10
const DONE = 0x20

/** What the scripts of one template gave: 5 bytes each. `stop`: the card or the reader went away meanwhile. */
export interface ScriptOutcome {
  readonly results: Uint8Array
  readonly stop: ContactStop | undefined
}

/**
 * Runs the scripts of tag 71 (before the second cryptogram) or 72 (after it), each until its first failure.
 *
 * Source: EMV Book 3, 10.10; EMV Book 4, 6.3.9.
 */
export function* runScripts(
  session: ContactSession,
  templates: readonly Uint8Array[],
  when: 'before' | 'after',
): Flow<ScriptOutcome> {
  const results: Uint8Array[] = []
  let stop: ContactStop | undefined
  for (const template of templates) {
    setBit(session.tsi, TSI.scriptPerformed)
    const script = readScript(template)
    let status = NOT_PERFORMED
    if (stop === undefined && script.commands !== undefined) {
      const outcome = yield* runCommands(script.commands)
      status = outcome.status
      stop = outcome.stop
    }
    if (status !== DONE) {
      setBit(session.tvr, when === 'before' ? TVR.scriptFailedBeforeFinal : TVR.scriptFailedAfterFinal)
    }
    results.push(concatBytes([Uint8Array.of(status), script.identifier]))
  }
  return { results: concatBytes(results), stop }
}

function* runCommands(
  commands: readonly Uint8Array[],
): Flow<{ readonly status: number; readonly stop: ContactStop | undefined }> {
  for (const [index, command] of commands.entries()) {
    const failed = FAILED | Math.min(index + 1, 0x0f)
    if (parseCommand(command) === undefined) return { status: failed, stop: undefined }
    const answer = yield* exchange(command, 'secondCryptogram')
    if (!answer.ok) return { status: failed, stop: answer.error }
    if (!isSuccessOrWarning(answer.value.status)) return { status: failed, stop: undefined }
  }
  return { status: DONE, stop: undefined }
}

function readScript(template: Uint8Array): Script {
  const objects = decodeTlvs(template)
  if (!objects.ok) return { identifier: new Uint8Array(4), commands: undefined }
  const identifier = objects.value.find(({ tag }) => tag === '9F18')?.value
  return {
    identifier: identifier?.length === 4 ? identifier : new Uint8Array(4),
    commands: objects.value.filter(({ tag }) => tag === '86').map(({ value }) => value),
  }
}
