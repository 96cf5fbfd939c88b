import { decodeDeviceStatus, decodeIdentity } from '../../hardware/protocol/device-payloads.ts'
import { decodeComponentResult, decodeEnterComponent } from '../../hardware/protocol/key-loading-payloads.ts'
import { LINK, REPLY, STATUS } from '../../hardware/protocol/link-codes.ts'
import { FROM_DEVICE, type LinkFrame } from '../../hardware/protocol/link-frame.ts'
import {
  decodeEnterPin,
  decodeMac,
  decodePinResult,
  decodeShow,
  decodeWorkingKeys,
} from '../../hardware/protocol/pin-pad-payloads.ts'
import { decodeArm, decodeCardEvent, decodeSignal } from '../../hardware/protocol/reader-payloads.ts'
import { bytesToAscii, toHex } from '../base/bytes.ts'
import { parseCommand, splitResponse } from '../emv/apdu.ts'
import { type CommandName, commandName, type EventName, eventName } from './mask-link.ts'
import { readTlvs } from './reading.ts'
import type { Reading } from './recording-entry.ts'

type Members = Readonly<Record<string, unknown>>
type PayloadReading = (payload: Uint8Array) => Members | undefined

const empty: PayloadReading = (payload) => (payload.length === 0 ? {} : undefined)
const bytes: PayloadReading = (payload) => ({ data: payload })
const text: PayloadReading = (payload) => ({ data: bytesToAscii(payload) })

const COMMANDS: { readonly [name in CommandName]: PayloadReading } = {
  identify: empty,
  selfTest: empty,
  status: empty,
  arm: (payload) => members(decodeArm(payload)),
  disarm: empty,
  transmit: readCommand,
  powerOff: empty,
  fieldOff: empty,
  signal: (payload) => members(decodeSignal(payload)),
  loadMasterKey: text,
  loadWorkingKeys: (payload) => {
    const request = decodeWorkingKeys(payload)
    if (request === undefined) return undefined
    const keys = request.keys.flatMap(({ slot, cryptogram, checkValue }): [string, unknown][] => [
      [slot, cryptogram],
      [`${slot}.checkValue`, checkValue],
    ])
    return { algorithm: request.algorithm, ...Object.fromEntries(keys) }
  },
  clearWorkingKeys: empty,
  enterPin: (payload) => members(decodeEnterPin(payload)),
  cancelPin: empty,
  mac: (payload) => members(decodeMac(payload)),
  encryptTrack: text,
  protect: text,
  unprotect: bytes,
  show: (payload) => {
    const lines = decodeShow(payload)
    return lines && Object.fromEntries(lines.map((line, index) => [`line${index + 1}`, line]))
  },
  readCertificate: bytes,
  requestKey: bytes,
  loadKeyPackage: bytes,
  enterComponent: (payload) => members(decodeEnterComponent(payload)),
  joinComponents: bytes,
}

const REPLIES: { readonly [name in CommandName]: PayloadReading } = {
  identify: (body) => members(decodeIdentity(body)),
  selfTest: bytes,
  status: (body) => members(decodeDeviceStatus(body)),
  arm: empty,
  disarm: empty,
  transmit: readResponse,
  powerOff: empty,
  fieldOff: empty,
  signal: empty,
  loadMasterKey: bytes,
  loadWorkingKeys: empty,
  clearWorkingKeys: empty,
  enterPin: empty,
  cancelPin: empty,
  mac: bytes,
  encryptTrack: text,
  protect: bytes,
  unprotect: text,
  show: empty,
  readCertificate: bytes,
  requestKey: bytes,
  loadKeyPackage: bytes,
  enterComponent: empty,
  joinComponents: bytes,
}

const EVENTS: { readonly [name in EventName]: PayloadReading } = {
  card: (payload) => members(decodeCardEvent(payload)),
  cardRemoved: empty,
  pinResult: (payload) => members(decodePinResult(payload)),
  keyPressed: bytes,
  componentResult: (payload) => members(decodeComponentResult(payload)),
}

/** Members of a frame of the peripheral link, each at its place; a payload that can't be read stands as `payload`. */
export function readLinkFrame(frame: LinkFrame): Reading {
  const { address, sequence, payload } = frame
  const [what, read, body] = contentOf(frame)
  const known = {
    address: address & ~FROM_DEVICE,
    sequence,
    what,
    ...(body === payload ? {} : { status: payload.subarray(0, 1) }),
  }
  return { ...flat(known), ...flat(read(body) ?? { payload: body }) }
}

function contentOf({
  address,
  command,
  payload,
}: LinkFrame): readonly [what: string, read: PayloadReading, body: Uint8Array] {
  if (command === LINK.ack || command === LINK.nak)
    return [command === LINK.ack ? 'ack' : 'nak', empty, payload]
  const event = eventName(command)
  if (event !== undefined) return [`event ${event}`, EVENTS[event], payload]
  const isReply = (address & FROM_DEVICE) !== 0
  const name = commandName(isReply ? command & ~REPLY : command)
  if (name === undefined) return [`code ${command}`, bytes, payload]
  if (!isReply) return [name, COMMANDS[name], payload]
  const isRefusal = payload[0] !== STATUS.ok
  return [`reply ${name}`, isRefusal ? bytes : REPLIES[name], payload.subarray(1)]
}

function readCommand(payload: Uint8Array): Members | undefined {
  const command = parseCommand(payload)
  if (command === undefined) return undefined
  const { cla, ins, p1, p2, data, expected } = command
  return {
    apdu: Uint8Array.of(cla, ins, p1, p2),
    ...(expected === undefined ? {} : { expected }),
    ...(data.length === 0 ? {} : { data }),
  }
}

function readResponse(body: Uint8Array): Members | undefined {
  const response = splitResponse(body)
  if (response === undefined) return undefined
  const { data, status } = response
  const sw = status.toString(16).toUpperCase().padStart(4, '0')
  const objects: Record<string, string> = {}
  const isTlv = data.length > 0 && readTlvs('data', data, objects)
  return { sw, ...(isTlv ? objects : data.length === 0 ? {} : { data }) }
}

/** The decoded object itself, as members. */
function members(decoded: object | undefined): Members | undefined {
  return decoded === undefined ? undefined : { ...decoded }
}

function flat(values: Members): Reading {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, value instanceof Uint8Array ? toHex(value) : String(value)]),
  )
}
