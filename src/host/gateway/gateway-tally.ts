/** Why a client was turned away. */
export type RefusalReason = 'connections' | 'address' | 'tls'

/** Why a connection ended: by its client, by a limit, by what it sent, by a decision, or with the host. */
export type CloseReason =
  | 'client'
  | 'idle'
  | 'unfinished_frame'
  | 'unread_replies'
  | 'memory'
  | 'bad_frames'
  | 'bad_length'
  | 'oversized'
  | 'disconnect'
  | 'shutdown'

/** Reasons that are limits of the gateway. */
export const LIMIT_REASONS: ReadonlySet<CloseReason> = new Set<CloseReason>([
  'idle',
  'unfinished_frame',
  'unread_replies',
  'memory',
  'bad_frames',
])

/** What a gateway counts, as plain numbers: whoever shows them reads them when asked. */
export class GatewayTally {
  bytesIn = 0
  bytesOut = 0
  open = 0
  accepted = 0
  readonly refused: Record<RefusalReason, number> = { connections: 0, address: 0, tls: 0 }
  readonly closed: Record<CloseReason, number> = {
    client: 0,
    idle: 0,
    unfinished_frame: 0,
    unread_replies: 0,
    memory: 0,
    bad_frames: 0,
    bad_length: 0,
    oversized: 0,
    disconnect: 0,
    shutdown: 0,
  }
}
