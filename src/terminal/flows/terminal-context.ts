import type { Result } from '../../base/result.ts'
import type { Sha1 } from '../../emv/emv-cipher.ts'
import type { Message } from '../../iso8583/message.ts'
import type { CaPublicKey } from '../kernel/kernel-config.ts'
import type { PackagePort } from './package-content.ts'
import type { TerminalState } from './terminal-model.ts'
import type { TerminalProfile } from './terminal-profile.ts'

/** The part of a compiled message codec that flows use. */
export interface MessageCodec {
  encode(message: Message): Result<Uint8Array, { readonly kind: string }>
  decode(bytes: Uint8Array): Result<Message, { readonly kind: string }>
}

/** What the EMV kernel needs besides the profile. */
export interface ChipServices {
  readonly sha1: Sha1
  /** Public keys of the certification authorities, for offline data authentication. */
  readonly caKeys: readonly CaPublicKey[]
  /** No signature together with a cryptogram (CDA): in training the second cryptogram is not the card's own. */
  readonly withoutCombined?: true
}

/** What a flow knows besides the answers to its effects. */
export interface TerminalContext {
  /** As delivered; `activeProfile` adds what the commissioning changed. */
  readonly profile: TerminalProfile
  /** Codec of the UnionPay dialect. */
  readonly codec: MessageCodec
  /** Without it every chip counts as unreadable. */
  readonly chip?: ChipServices
  /** GB18030 to text, for names that the host sends; one byte a character without it. */
  readonly decodeText?: (bytes: Uint8Array) => string
  /** Of the software that runs; up to 16 characters. */
  readonly softwareVersion?: string
  /** Without it no package is loaded. */
  readonly packages?: PackagePort
  /**
   * The fold of all durable records, always the newest: after an `append` has been answered, this holds its
   * records. Read it again after each effect; never keep a copy across one.
   */
  readonly state: TerminalState
}

/** The profile in force: as delivered, with the changes of its package, of the commissioning and of what was loaded from the host. */
export function activeProfile(context: TerminalContext): TerminalProfile {
  const { profileChanges, downloads } = context.state
  const packaged = context.packages?.inForce?.profile
  return { ...context.profile, ...packaged, ...profileChanges, ...downloads?.profileChanges }
}
