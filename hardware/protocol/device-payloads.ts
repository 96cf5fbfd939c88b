import { concatBytes } from '../../src/base/bytes.ts'
import { PayloadReader } from './payload-reader.ts'
import { sizedText, uint } from './payload-writer.ts'

export const PROTOCOL_VERSION = 1

/** Reply to IDENTIFY after its status byte. Source: docs/peripheral-link.md 5.1. */
export interface DeviceIdentity {
  readonly protocolVersion: number
  /** The address of its kind: 1 card reader, 2 PIN pad; so that swapped cables are noticed. */
  readonly deviceClass: number
  /** Differs at each start of the device. */
  readonly bootId: number
  /** Printable ASCII, at most 32 characters each. */
  readonly serialNumber: string
  readonly firmware: string
  /** Bits of what it can do besides what every device of its kind can; 0 or left out: nothing. */
  readonly capabilities?: number
}

/** A reader with this bit knows the contactless way of ARM, FIELD OFF and SIGNAL. */
export const READER_CAPABILITY = { contactless: 0x01 } as const

export function encodeIdentity(identity: DeviceIdentity): Uint8Array {
  return concatBytes([
    uint(identity.protocolVersion, 1),
    uint(identity.deviceClass, 1),
    uint(identity.bootId, 4),
    sizedText(identity.serialNumber),
    sizedText(identity.firmware),
    // A device that has nothing to add answers as devices did before there was this byte.
    ...(identity.capabilities === undefined ? [] : [uint(identity.capabilities, 1)]),
  ])
}

/** Undefined when the bytes are no identity. */
export function decodeIdentity(body: Uint8Array): DeviceIdentity | undefined {
  const reader = new PayloadReader(body)
  const identity = {
    protocolVersion: reader.u8(),
    deviceClass: reader.u8(),
    bootId: reader.u32(),
    serialNumber: reader.sizedText(),
    firmware: reader.sizedText(),
  }
  const [capabilities, more] = reader.rest()
  const isText = (text: string): boolean => /^[ -~]{0,32}$/.test(text)
  if (!reader.isComplete || more !== undefined) return undefined
  if (!isText(identity.serialNumber) || !isText(identity.firmware)) return undefined
  return capabilities === undefined ? identity : { ...identity, capabilities }
}

/** Reply to STATUS after its status byte. Source: docs/peripheral-link.md 5.3. */
export interface DeviceStatus {
  readonly bootId: number
  /** Of the device's kind, below. */
  readonly flags: number
  /** 0: none. The rest is the device's own; it works, but not fully. */
  readonly fault: number
}

export const READER_FLAG = { cardPresent: 0x01, powered: 0x02, armed: 0x04 } as const
export const PIN_PAD_FLAG = {
  masterKey: 0x01,
  pinKey: 0x02,
  macKey: 0x04,
  trackKey: 0x08,
  enteringPin: 0x10,
} as const

export function encodeDeviceStatus({ bootId, flags, fault }: DeviceStatus): Uint8Array {
  return concatBytes([uint(bootId, 4), uint(flags, 1), uint(fault, 1)])
}

export function decodeDeviceStatus(body: Uint8Array): DeviceStatus | undefined {
  const reader = new PayloadReader(body)
  const status = { bootId: reader.u32(), flags: reader.u8(), fault: reader.u8() }
  return reader.isComplete ? status : undefined
}
