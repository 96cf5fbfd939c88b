import {
  decodeDeviceStatus,
  decodeIdentity,
  encodeDeviceStatus,
  encodeIdentity,
} from '../../../hardware/protocol/device-payloads.ts'
import { COMMAND, EVENT, REPLY, STATUS } from '../../../hardware/protocol/link-codes.ts'
import type { LinkFrame } from '../../../hardware/protocol/link-frame.ts'
import {
  decodeMac,
  decodePinResult,
  decodeWorkingKeys,
  encodeMac,
  encodePinResult,
  encodeWorkingKeys,
} from '../../../hardware/protocol/pin-pad-payloads.ts'
import {
  decodeArm,
  decodeCardEvent,
  encodeArm,
  encodeCardEvent,
} from '../../../hardware/protocol/reader-payloads.ts'
import { concatBytes } from '../../base/bytes.ts'

type Recode = (payload: Uint8Array) => Uint8Array | undefined

function both<T>(decode: (payload: Uint8Array) => T | undefined, encode: (value: T) => Uint8Array): Recode {
  return (payload) => {
    const value = decode(payload)
    return value === undefined ? undefined : encode(value)
  }
}

/** Payloads that both ends can write, by code: a reply's without its status. */
const RECODES: Readonly<Record<number, Recode>> = {
  [COMMAND.arm]: both(decodeArm, encodeArm),
  [COMMAND.loadWorkingKeys]: both(decodeWorkingKeys, encodeWorkingKeys),
  [COMMAND.mac]: both(decodeMac, encodeMac),
  [COMMAND.identify | REPLY]: both(decodeIdentity, encodeIdentity),
  [COMMAND.status | REPLY]: both(decodeDeviceStatus, encodeDeviceStatus),
  [EVENT.card]: both(decodeCardEvent, encodeCardEvent),
  [EVENT.pinResult]: both(decodePinResult, encodePinResult),
}

/** The payload as today's code writes what it reads in it; undefined when it writes no such payload, or reads none. */
export function recodeLinkPayload({ command, payload }: LinkFrame): Uint8Array | undefined {
  const recode = RECODES[command]
  if (recode === undefined) return undefined
  if ((command & REPLY) === 0) return recode(payload)
  const body = payload[0] === STATUS.ok ? recode(payload.subarray(1)) : undefined
  return body && concatBytes([payload.subarray(0, 1), body])
}
