import { concatBytes, equalBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { type CommandApdu, SW } from '../../../src/emv/apdu.ts'
import { decipherScriptData, scriptMac } from '../../../src/emv/cryptogram.ts'
import { chainsScriptMacs, schemeScriptKey } from '../../../src/emv/schemes.ts'
import { readScriptPin } from '../../../src/emv/script-pin.ts'
import type { CardContext } from './card-context.ts'
import { counterBytes } from './card-objects.ts'
import { respond, respondOk } from './card-response.ts'
import type { CardSession } from './card-session.ts'

const SCRIPT_COUNT_MAX = 15

/** Instructions with the issuer's MAC. Source: EMV Book 3, 6.5; JR/T 0025.5, issuer scripts. */
export const SCRIPT_INSTRUCTIONS: ReadonlySet<number> = new Set([0x1e, 0x18, 0x16, 0x24, 0xda, 0xdc])

/** One issuer command: its MAC is checked before anything is looked at. */
export function runScriptCommand(
  context: CardContext,
  session: CardSession,
  command: CommandApdu,
): Uint8Array {
  const status = performScriptCommand(context, session, command)
  const { state } = session.application
  state.scriptCount = Math.min(state.scriptCount + 1, SCRIPT_COUNT_MAX)
  if (status !== SW.ok) state.scriptFailed = true
  context.changed()
  return status === SW.ok ? respondOk() : respond(status)
}

function performScriptCommand(context: CardContext, session: CardSession, command: CommandApdu): number {
  if (session.request === undefined) return SW.conditionsNotSatisfied
  if (command.data.length < 4) return SW.macMissing
  const content = checkMac(context, session, command)
  if (content === undefined) return SW.macWrong
  const { application } = session
  const { state } = application
  switch (command.ins) {
    case 0x1e:
      state.blocked = true
      return SW.ok
    case 0x18:
      state.blocked = false
      return SW.ok
    case 0x16:
      if (context.image.chip !== undefined) context.image.chip.blocked = true
      return SW.ok
    case 0x24:
      return changePin(context, session, command.p2, content)
    case 0xda:
      return putData(session, command, content)
    default:
      return updateRecord(session, command, content)
  }
}

/** Command data without the MAC, which has 8 or 4 bytes; undefined when it is wrong. */
function checkMac(
  context: CardContext,
  session: CardSession,
  { cla, ins, p1, p2, data }: CommandApdu,
): Uint8Array | undefined {
  const { application, request } = session
  if (request === undefined) return undefined
  const { scheme, keys, state } = application
  const key = schemeScriptKey(context.cipher, scheme, fromHex(keys.smi), request.context, request.cryptogram)
  for (const size of [8, 4]) {
    if (data.length < size) continue
    const content = data.subarray(0, data.length - size)
    const header = Uint8Array.of(cla, ins, p1, p2, data.length)
    const signed = concatBytes([header, counterBytes(state.atc), request.cryptogram, content])
    const previous = chainsScriptMacs(scheme) ? session.scriptMac : undefined
    const mac = scriptMac(context.cipher, key, signed, previous)
    if (!equalBytes(mac.subarray(0, size), data.subarray(data.length - size))) continue
    session.scriptMac = mac
    return content
  }
  return undefined
}

/** P2 00 unblocks, 02 sets a new PIN. Source: JR/T 0025.5, PIN CHANGE/UNBLOCK. */
function changePin(context: CardContext, session: CardSession, p2: number, content: Uint8Array): number {
  const { application, request } = session
  const { state, keys, scheme, pinTriesMax } = application
  if (p2 !== 0x00 && p2 !== 0x02) return SW.wrongParameters
  if (p2 === 0x02) {
    if (request === undefined) return SW.conditionsNotSatisfied
    const key = schemeScriptKey(
      context.cipher,
      scheme,
      fromHex(keys.smc),
      request.context,
      request.cryptogram,
    )
    const block = decipherScriptData(context.cipher, key, content)
    const pin = block === undefined ? undefined : readScriptPin(fromHex(keys.ac), block)
    if (pin === undefined) return SW.wrongData
    application.pin = pin
  }
  state.pinTriesLeft = pinTriesMax
  return SW.ok
}

function putData({ application }: CardSession, { p1, p2 }: CommandApdu, content: Uint8Array): number {
  const tag = toHex(Uint8Array.of(p1, p2))
  const present = application.dataObjects[tag]
  if (present === undefined) return SW.referencedDataNotFound
  if (present.length !== content.length * 2) return SW.wrongLength
  application.dataObjects[tag] = toHex(content)
  return SW.ok
}

function updateRecord({ application }: CardSession, { p1, p2 }: CommandApdu, content: Uint8Array): number {
  if ((p2 & 7) !== 4) return SW.wrongParameters
  const record = application.records.find(({ sfi, number }) => sfi === p2 >> 3 && number === p1)
  if (record === undefined) return SW.recordNotFound
  if (content.length < 2) return SW.wrongLength
  record.data = toHex(content)
  return SW.ok
}
