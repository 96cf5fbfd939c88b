import { formatWorkingKeys, type WrappedKeyField } from '../../../iso8583/subfields/field-62.ts'
import { accept, type Decision, deny } from '../decision.ts'
import type { HostContext } from '../host-context.ts'
import type { HostRequest } from '../host-request.ts'
import type { TerminalRow } from '../records.ts'
import { refuse } from '../refusal.ts'
import type { KeyAlgorithm, SecurityModule, WrappedKey } from '../security-module-port.ts'
import { JOBS, withJob, withoutJob } from '../terminal-jobs.ts'
import type { WorkingSet } from '../working-set.ts'

/** Which keys a sign-in brings, by field 60.3. Source: unionpay-pos, field 62 of a sign-in reply. */
interface KeyLayout {
  readonly pin: KeyAlgorithm
  readonly mac: KeyAlgorithm
  readonly track: KeyAlgorithm | undefined
}

const TDES_LAYOUTS: Readonly<Record<string, KeyLayout>> = {
  '001': { pin: 'des', mac: 'des', track: undefined },
  '003': { pin: 'tdes2', mac: 'des', track: undefined },
  '004': { pin: 'tdes2', mac: 'des', track: 'tdes2' },
}
const SM4_LAYOUTS: Readonly<Record<string, KeyLayout>> = {
  '003': { pin: 'sm4', mac: 'sm4', track: undefined },
  '004': { pin: 'sm4', mac: 'sm4', track: 'sm4' },
}
/** MACs by triple DES or AES-CMAC need a key of 16 bytes in the MAC slot. */
const LONG_MAC_KEY: ReadonlySet<string> = new Set(['x9.19', 'aes-cmac', 'sm4-ecb'])
const CHECK_VALUE_SIZE = 4
/** Its job in the header. Source: unionpay-pos, 1. */
const SIGN_IN_AGAIN = 3

/** Makes fresh working keys for the terminal and sends them under its master key. */
export function signIn(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
): Decision {
  const id = context.numbers.take()
  const { security } = context
  const { masterKey } = terminal
  if (masterKey === undefined) {
    return deny(terminal, id, refuse('A7', 'the terminal has no master key: commission it first', 41))
  }
  const layout = layoutOf(request, terminal)
  if (layout === undefined) {
    return deny(terminal, id, refuse('40', 'no key layout with this number in field 60.3', 60))
  }
  const pinKey = security.generateKey('pin', layout.pin)
  const macKey = security.generateKey('mac', layout.mac)
  const trackKey = layout.track === undefined ? undefined : security.generateKey('track', layout.track)
  const exported = (key: WrappedKey): WrappedKeyField => exportUnder(security, masterKey, key)
  const multiUse = formatWorkingKeys({
    pinKey: exported(pinKey),
    macKey: exported(macKey),
    ...(trackKey === undefined ? {} : { trackKey: exported(trackKey) }),
  })
  const changed: TerminalRow = {
    ...terminal,
    pinKey,
    macKey,
    trackKey,
    signedIn: true,
    signedInAtMs: request.inbound.receivedAt.ms,
    ...withoutJob(terminal, SIGN_IN_AGAIN),
  }
  const asked = withDueRates(context, changed)
  work.putTerminal(asked)
  return accept(asked, id, { batchNumber: terminal.batchNumber, multiUse })
}

/** A terminal that has other rates than those in force is asked to load these, whoever changed them and however that ended. */
function withDueRates({ rates }: HostContext, terminal: TerminalRow): TerminalRow {
  const loaded = terminal.setup?.sets.rates?.loaded
  const current = rates?.current()?.version
  return loaded === undefined || current === undefined || loaded === current
    ? terminal
    : withJob(terminal, JOBS.rates)
}

function layoutOf({ networkCode }: HostRequest, { profile }: TerminalRow): KeyLayout | undefined {
  const layout = (profile.workingKeys === 'sm4' ? SM4_LAYOUTS : TDES_LAYOUTS)[networkCode]
  if (layout === undefined || profile.workingKeys === 'sm4' || !LONG_MAC_KEY.has(profile.macAlgorithm)) {
    return layout
  }
  return { ...layout, mac: profile.macAlgorithm === 'aes-cmac' ? 'aes128' : 'tdes2' }
}

function exportUnder(security: SecurityModule, masterKey: WrappedKey, key: WrappedKey): WrappedKeyField {
  const { cryptogram, checkValue } = security.exportUnder(masterKey, key)
  return { cryptogram, checkValue: checkValue.subarray(0, CHECK_VALUE_SIZE) }
}

/** Ends the session; the keys stay until the next sign-in replaces them. */
export function signOff(context: HostContext, work: WorkingSet, terminal: TerminalRow): Decision {
  const changed: TerminalRow = { ...terminal, signedIn: false }
  work.putTerminal(changed)
  return accept(changed, context.numbers.take())
}

/** Session without keys, for dialects whose keys don't travel in the sign-on. */
export function signOn(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
): Decision {
  const changed: TerminalRow = {
    ...terminal,
    signedIn: true,
    signedInAtMs: request.inbound.receivedAt.ms,
  }
  work.putTerminal(changed)
  return accept(changed, context.numbers.take(), { batchNumber: terminal.batchNumber })
}
