import { toHex } from '../../base/bytes.ts'
import type { MerchantRow, TerminalRow } from '../../host/core/records.ts'
import type { Personalisation } from '../../host/security-module/personalisation.ts'
import { UsageFailure } from '../failure.ts'

export interface ProfileSource {
  readonly terminals: readonly TerminalRow[]
  readonly merchants: readonly MerchantRow[]
  readonly personalisation: Personalisation
}

/**
 * What a terminal has to know of itself, as the file that `tillwire terminal --profile` reads: its numbers, its MAC,
 * and the public keys by which it checks chip cards. @throws {UsageFailure} when there is no such terminal.
 */
export function terminalProfile(
  { terminals, merchants, personalisation }: ProfileSource,
  tid: string,
): string {
  const terminal = terminals.find((each) => each.tid === tid)
  if (terminal === undefined) throw new UsageFailure(`there is no terminal ${tid}`)
  const merchant = merchants.find(({ mid }) => mid === terminal.mid)
  const profile = {
    terminalId: tid,
    merchantId: terminal.mid,
    ...(merchant === undefined ? {} : { currency: merchant.currency }),
    macAlgorithm: terminal.profile.macAlgorithm,
    workingKeyAlgorithm: terminal.profile.workingKeys,
    caKeys: personalisation.caKeys.map(({ rid, index, modulus, exponent }) => ({
      rid: toHex(rid),
      index,
      modulus: toHex(modulus),
      exponent: toHex(exponent),
    })),
  }
  return `${JSON.stringify(profile, undefined, 2)}\n`
}
