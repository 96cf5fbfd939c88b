/** How a client of the benchmark misbehaves. */
export type HostileKind = 'half-open' | 'never-read' | 'slow-read' | 'bad-frames'

export interface HostileOrder {
  readonly kind: HostileKind
  readonly port: number
  readonly connections: number
  /** Frames a second of all connections together; 0 for those that send none. */
  readonly framesPerSecond: number
}

/** What the hostile clients say of themselves. */
export type HostileAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'over'; readonly sent: number; readonly closed: number }
