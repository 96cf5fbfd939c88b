import { concatBytes, fromHex } from '../../../src/base/bytes.ts'
import { type CommandApdu, SW } from '../../../src/emv/apdu.ts'
import { decodeTlvs, encodeTlv, encodeTlvs } from '../../../src/emv/ber-tlv.ts'
import { parseDol, splitDol } from '../../../src/emv/dol.ts'
import { authenticateExternally, authenticateInternally } from './card-authentication.ts'
import { answerContactless } from './card-contactless.ts'
import type { CardContext } from './card-context.ts'
import { generateAc } from './card-cryptogram.ts'
import { counterBytes } from './card-objects.ts'
import { verifyPin } from './card-pin.ts'
import { respond, respondOk } from './card-response.ts'
import { runScriptCommand, SCRIPT_INSTRUCTIONS } from './card-scripts.ts'
import type { CardSession } from './card-session.ts'

const ATC_MAX = 0xffff

type Handler = (context: CardContext, session: CardSession, command: CommandApdu) => Uint8Array

/** Instructions by class. P1 and P2 that a command does not know answer 6A86. */
const HANDLERS: Readonly<Record<number, Readonly<Record<number, Handler>>>> = {
  0: {
    178: (_context, session, command) => readRecord(session, command),
    136: (context, session, { p1, p2, data }) =>
      p1 === 0 && p2 === 0 ? authenticateInternally(context, session, data) : respond(SW.wrongParameters),
    130: (context, session, { p1, p2, data }) =>
      p1 === 0 && p2 === 0 ? authenticateExternally(context, session, data) : respond(SW.wrongParameters),
    132: (context, _session, { p1, p2, data }) => getChallenge(context, p1, p2, data),
    32: (context, session, { p1, p2, data }) =>
      p1 === 0 ? verifyPin(context, session, p2, data) : respond(SW.wrongParameters),
  },
  128: {
    168: (context, session, { p1, p2, data }) =>
      p1 === 0 && p2 === 0 ? initiate(context, session, data) : respond(SW.wrongParameters),
    174: (context, session, { p1, p2, data }) =>
      p2 === 0 ? generateAc(context, session, p1, data) : respond(SW.wrongParameters),
    202: (_context, session, { p1, p2 }) => getData(session, (p1 << 8) | p2),
  },
}

/** One command to the selected application; the status words of wrong order are EMV's. Source: EMV Book 3, 6.3.5. */
export function performCommand(context: CardContext, session: CardSession, command: CommandApdu): Uint8Array {
  const { cla, ins } = command
  if (cla === 0x84 || cla === 0x04) {
    return SCRIPT_INSTRUCTIONS.has(ins)
      ? runScriptCommand(context, session, command)
      : respond(SW.unknownInstruction)
  }
  const handlers = HANDLERS[cla]
  if (handlers === undefined) return respond(SW.unknownClass)
  const handler = handlers[ins]
  return handler === undefined ? respond(SW.unknownInstruction) : handler(context, session, command)
}

/** GET PROCESSING OPTIONS: the transaction counter rises, whatever follows. Source: EMV Book 3, 6.5.8. */
function initiate(context: CardContext, session: CardSession, data: Uint8Array): Uint8Array {
  const { application } = session
  const { state } = application
  if (session.phase !== 'selected' || state.atc >= ATC_MAX) return respond(SW.conditionsNotSatisfied)
  const outer = decodeTlvs(data)
  const only = outer.ok && outer.value.length === 1 ? outer.value[0] : undefined
  if (only?.tag !== '83') return respond(SW.wrongData)
  const list = parseDol(fromHex(session.contactless?.pdol ?? application.pdol))
  const values = list.ok ? splitDol(list.value, only.value) : undefined
  if (values === undefined) return respond(SW.wrongLength)
  state.atc += 1
  context.changed()
  session.phase = 'initiated'
  session.pdolData = Uint8Array.from(only.value)
  for (const [tag, value] of values) session.told.set(tag, Uint8Array.from(value))
  if (session.contactless !== undefined) return answerContactless(context, session, session.contactless)
  const profile = fromHex(application.interchangeProfile)
  const locator = fromHex(application.fileLocator)
  if (application.responseFormat === '80') return respondOk(encodeTlv('80', concatBytes([profile, locator])))
  const objects = encodeTlvs([
    ['82', profile],
    ['94', locator],
  ])
  return respondOk(encodeTlv('77', objects))
}

function readRecord({ application, contactless, phase }: CardSession, { p1, p2 }: CommandApdu): Uint8Array {
  if ((p2 & 7) !== 4 || p1 === 0) return respond(SW.wrongParameters)
  if (phase === 'selected') return respond(SW.conditionsNotSatisfied)
  const file = (contactless ?? application).records.filter(({ sfi }) => sfi === p2 >> 3)
  if (file.length === 0) return respond(SW.fileNotFound)
  const record = file.find(({ number }) => number === p1)
  return record === undefined ? respond(SW.recordNotFound) : respondOk(fromHex(record.data))
}

function getChallenge(context: CardContext, p1: number, p2: number, data: Uint8Array): Uint8Array {
  if (p1 !== 0 || p2 !== 0) return respond(SW.wrongParameters)
  return data.length > 0 ? respond(SW.wrongLength) : respondOk(context.random.bytes(8))
}

function getData({ application }: CardSession, number: number): Uint8Array {
  const tag = number.toString(16).toUpperCase().padStart(4, '0')
  const { state, dataObjects, pin } = application
  switch (tag) {
    case '9F36':
      return respondOk(encodeTlv(tag, counterBytes(state.atc)))
    case '9F13':
      return respondOk(encodeTlv(tag, counterBytes(state.lastOnlineAtc)))
    case '9F17':
      return pin === undefined
        ? respond(SW.referencedDataNotFound)
        : respondOk(encodeTlv(tag, Uint8Array.of(state.pinTriesLeft)))
    default: {
      const value = dataObjects[tag]
      return value === undefined
        ? respond(SW.referencedDataNotFound)
        : respondOk(encodeTlv(tag, fromHex(value)))
    }
  }
}
