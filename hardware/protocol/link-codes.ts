// Numbers of the peripheral link. Source: docs/peripheral-link.md 3 to 6.

export const ADDRESS = { cardReader: 0x01, pinPad: 0x02 } as const

/** Answers of the link itself; never the reply to a command. */
export const LINK = { ack: 0x06, nak: 0x15 } as const

/** A reply carries its command with this bit. */
export const REPLY = 0x80

export const COMMAND = {
  identify: 0x01,
  selfTest: 0x02,
  status: 0x03,
  // Card reader
  arm: 0x20,
  disarm: 0x21,
  transmit: 0x22,
  powerOff: 0x23,
  // Card reader with a contactless side
  fieldOff: 0x24,
  signal: 0x25,
  // PIN pad
  loadMasterKey: 0x30,
  loadWorkingKeys: 0x31,
  clearWorkingKeys: 0x32,
  enterPin: 0x33,
  cancelPin: 0x34,
  mac: 0x35,
  encryptTrack: 0x36,
  protect: 0x37,
  unprotect: 0x38,
  show: 0x39,
  readCertificate: 0x3a,
  requestKey: 0x3b,
  loadKeyPackage: 0x3c,
  enterComponent: 0x3d,
  joinComponents: 0x3e,
} as const

/** Sent by a device on its own; repeated until the terminal acknowledges it. */
export const EVENT = {
  card: 0x60,
  cardRemoved: 0x61,
  pinResult: 0x68,
  keyPressed: 0x69,
  componentResult: 0x6a,
} as const

/** First byte of each reply. */
export const STATUS = {
  ok: 0x00,
  unknownCommand: 0x01,
  badPayload: 0x02,
  /** Another command of the same kind is under way. */
  busy: 0x03,
  /** Not now: nothing armed, no PIN under way. */
  wrongState: 0x04,
  keyMissing: 0x10,
  checkValueWrong: 0x11,
  keyBlockBad: 0x12,
  dataBad: 0x13,
  /** A key package of a sender that is not trusted, or for another request. */
  untrusted: 0x14,
  noCard: 0x20,
  hardwareFault: 0x7f,
} as const

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  [STATUS.unknownCommand]: 'the device does not know the command',
  [STATUS.badPayload]: 'the device could not read the command',
  [STATUS.busy]: 'the device is busy',
  [STATUS.wrongState]: 'the device can not do it now',
  [STATUS.keyBlockBad]: 'the key block is not for this PIN pad',
  [STATUS.dataBad]: 'the data were not made by this PIN pad',
  [STATUS.untrusted]: 'the key package is not from a trusted host, or not for this request',
  [STATUS.hardwareFault]: 'the device is out of order',
}

/** What a refusal means, for the operator. */
export function statusText(status: number): string {
  return STATUS_TEXTS[status] ?? `the device answered ${status.toString(16).toUpperCase().padStart(2, '0')}`
}

/** Milliseconds without a byte after which a begun frame is given up. */
export const GAP_TIMEOUT_MS = 100
/** Milliseconds after which a device that is still at work must acknowledge, and again each time. */
export const WORKING_ACK_MS = 200
/** Milliseconds between two tries to deliver an event. */
export const EVENT_REPEAT_MS = 300
/** Tries to deliver an event before it is dropped. */
export const EVENT_TRIES_MAX = 10
