import type { CaPublicKey } from '../../terminal/kernel/kernel-config.ts'

/** What a terminal must know of the emulated host and board of another process. */
export interface RigReady {
  readonly kind: 'ready'
  readonly reader: string
  readonly pinpad: string
  readonly printer: string
  readonly hostPort: number
  readonly caKeys: readonly CaPublicKey[]
  readonly padHasMasterKey: boolean
  /** TR-31, under a key of this pad. */
  readonly keyBlock: string
}

export type RigMessage = RigReady | { readonly kind: 'failed'; readonly message: string }

/** To the hands before the emulated board. */
export type RigOrder =
  | { readonly kind: 'serve'; readonly card: 'chip' | 'stripe' | undefined }
  | { readonly kind: 'endPaper' }
  | { readonly kind: 'newPaper' }
  | { readonly kind: 'end' }
