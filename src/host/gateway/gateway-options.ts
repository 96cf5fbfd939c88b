import type { EnvelopeKind } from '../../iso8583/framing/envelope.ts'
import type { LengthPrefix } from '../../iso8583/framing/length-prefix.ts'
import type { Dialect } from '../core/records.ts'

/** A dialect that has a port of its own. */
export type PortDialect = Exclude<Dialect, 'iso1987-ascii-binary-bitmap'>

export const PORT_DIALECTS: readonly PortDialect[] = ['unionpay-pos', 'iso1987-ascii', 'iso1987-binary']

/** How one port speaks. */
export interface PortOptions {
  readonly dialect: PortDialect
  /** 0: any free port. */
  readonly port: number
  readonly prefix: LengthPrefix
}

/** PEM texts. Clients must show a certificate that `clientCa` signed. */
export interface TlsOptions {
  readonly certificate: string
  readonly key: string
  readonly clientCa: string
}

export interface GatewayLimits {
  /** Bytes of a frame without its length. */
  readonly frameSizeMax: number
  readonly connectionsMax: number
  /** Connections from one address: nobody takes all places alone. */
  readonly connectionsPerAddressMax: number
  /** A connection without a byte for so long is closed. */
  readonly idleTimeoutMs: number
  /** A frame that was begun must be whole by then, however its bytes trickle; else the connection is closed. */
  readonly frameTimeoutMs: number
  /** Requests of one connection without a reply; above it the connection is not read. */
  readonly outstandingMax: number
  /** Bytes that a connection has not taken yet; above it the connection is not read. */
  readonly unsentMax: number
  /** A connection that has taken nothing of what waits for it for so long is closed. */
  readonly unreadTimeoutMs: number
  /** Bytes that wait for all connections together; above it those that stand still longest are closed. */
  readonly unsentTotalMax: number
  /** Frames in a row that are no messages; then the connection is closed. */
  readonly badFramesMax: number
}

export const DEFAULT_LIMITS: GatewayLimits = {
  frameSizeMax: 8192,
  connectionsMax: 20_000,
  connectionsPerAddressMax: 15_000,
  idleTimeoutMs: 300_000,
  frameTimeoutMs: 30_000,
  outstandingMax: 256,
  unsentMax: 256 * 1024,
  unreadTimeoutMs: 60_000,
  unsentTotalMax: 64 * 1024 * 1024,
  badFramesMax: 100,
}

/** What stands before a message on a port of `dialect`. */
export function envelopeKindOf(dialect: PortDialect): EnvelopeKind {
  return dialect === 'unionpay-pos' ? 'tpduAndHeader' : 'none'
}

export const DEFAULT_PREFIXES: Readonly<Record<PortDialect, LengthPrefix>> = {
  'unionpay-pos': 'binary2',
  'iso1987-ascii': 'ascii4',
  'iso1987-binary': 'binary2',
}

const MTI_SIZE = 4
const HEX_BITMAP_SIZE = 16

/**
 * The dialect of one frame on a port. On the ASCII port a bitmap that is not sixteen hexadecimal characters is one
 * of eight bytes.
 */
export function dialectOfFrame(port: PortDialect, frame: Uint8Array): Dialect {
  if (port !== 'iso1987-ascii') return port
  for (let at = MTI_SIZE; at < Math.min(frame.length, MTI_SIZE + HEX_BITMAP_SIZE); at++) {
    const isHex = /[0-9A-Fa-f]/.test(String.fromCharCode(frame[at] ?? 0))
    if (!isHex) return 'iso1987-ascii-binary-bitmap'
  }
  return port
}
