import type { Effect, Flow } from '../../src/terminal/flows/effect.ts'
import type { Fault } from '../plan/fault-kinds.ts'
import type { StepFaults } from './step-faults.ts'
import type { Timing } from './timing.ts'

/** What the moments between the effects of a flow may lead to. */
export interface FlowMoments {
  readonly faults: StepFaults
  readonly clock: Timing
  /** The terminal that runs the flow has no power any more. */
  isOver(): boolean
  cancel(): void
  cutPower(downMs: number, devicesToo: boolean): void
}

/** Longer than any run: an effect after the power went is never answered. */
const FOREVER_MS = 1e12
const FOREVER: Effect = { kind: 'wait', durationMs: FOREVER_MS }

/** The same flow, with the moments between its effects. */
export function* watchedFlow<T>(flow: Flow<T>, moments: FlowMoments): Flow<T> {
  let step = flow.next()
  while (step.done !== true) {
    const late = strike(moments)
    if (moments.isOver()) yield FOREVER
    const answer: unknown = yield step.value
    for (const fault of late) {
      moments.cutPower(fault.ms, fault.part < 500)
      yield FOREVER
    }
    step = flow.next(answer)
  }
  return step.value
}

/** Faults that strike after the effect that comes now. */
function strike(moments: FlowMoments): readonly Fault[] {
  const late: Fault[] = []
  for (const fault of moments.faults.at('effect')) {
    if (fault.kind === 'cutPowerAfterEffect') late.push(fault)
    else if (fault.kind === 'cancelKey') {
      moments.clock.after(fault.part, () => {
        if (!moments.isOver()) moments.cancel()
      })
    } else moments.cutPower(fault.ms, fault.part < 500)
  }
  return late
}
