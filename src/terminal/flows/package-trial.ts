import { append, deviceReport, type Flow, loadSlot } from './effect.ts'
import type { DeviceCondition } from './peripheral-effect.ts'
import { showMessage } from './show.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'

/**
 * At each start, before anything else: a package that waits comes into force, one that does not prove itself within its
 * tries is left again, and what is in force is loaded. Nothing of it is done at a terminal that never had a package.
 */
export function* startPackages(context: TerminalContext): Flow<void> {
  if (context.state.packages === undefined || context.packages === undefined) return
  // A settlement or a reversal ends under what it began with.
  if (context.state.packages.ready !== undefined && !isOwing(context)) {
    yield* append({ kind: 'packageActivated' }, { kind: 'signInRequired', code: 'package' })
  }
  const active = context.state.packages.active
  if (active === undefined) return
  if (!active.isConfirmed) {
    if (active.tries >= activeProfile(context).packageTries) yield* rollBack(context)
    else yield* append({ kind: 'packageTried' })
  }
  yield* loadInForce(context)
}

/** A slot that can't be used any more is left for the one before it, and that for what the terminal was delivered with. */
function* loadInForce(context: TerminalContext): Flow<void> {
  for (;;) {
    const installed = context.state.packages?.active
    if (installed === undefined) return
    const { kind } = yield* loadSlot({ slot: installed.slot, id: installed.id })
    if (kind === 'loaded') return
    yield* rollBack(context)
  }
}

function* rollBack(context: TerminalContext): Flow<void> {
  const version = context.state.packages?.active?.version ?? ''
  yield* append({ kind: 'packageRolledBack' })
  yield* showMessage('packageRolledBack', { version })
}

/** After a sign-in: a package on trial has proved itself when the devices work too. */
export function* concludeTrial(context: TerminalContext): Flow<void> {
  const active = context.state.packages?.active
  if (active === undefined || active.isConfirmed) return
  const { devices } = yield* deviceReport()
  if (!isHealthy(context, devices)) {
    yield* showMessage('packageSelfCheck', { version: active.version })
    return
  }
  yield* append({ kind: 'packageConfirmed' })
  yield* showMessage('packageConfirmed', { version: active.version })
}

/** All devices of this type of terminal answer. Paper and covers are the operator's, not the package's. */
function isHealthy(context: TerminalContext, devices: readonly DeviceCondition[]): boolean {
  const { chipReader, stripeReader, printerPresent } = activeProfile(context)
  const needed: readonly DeviceCondition['device'][] = [
    'pinPad',
    ...(chipReader || stripeReader ? (['cardReader'] as const) : []),
    ...(printerPresent ? (['printer'] as const) : []),
  ]
  return needed.every((each) =>
    devices.some(
      ({ device, state }) =>
        device === each && (state === 'ready' || (device === 'printer' && state !== 'missing')),
    ),
  )
}

function isOwing({ state }: TerminalContext): boolean {
  return state.inFlight !== undefined || state.reversal !== undefined || state.settlement !== undefined
}
