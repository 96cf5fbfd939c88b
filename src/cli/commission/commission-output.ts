import type { CommissioningEvent } from '../../terminal/adapters/commissioning/commissioning-site.ts'
import { STEP_NAMES } from '../../terminal/adapters/commissioning/step-names.ts'
import type { StepEvidence } from '../../terminal/flows/commissioning/step-evidence.ts'

/** Live progress: a line for a person, or a JSON object for a program. */
export function describeEvent(event: CommissioningEvent, isJson: boolean): string {
  if (isJson)
    return `${JSON.stringify(event.kind === 'ended' || event.kind === 'kept' ? short(event) : event)}\n`
  switch (event.kind) {
    case 'begun':
      return `.. ${STEP_NAMES[event.step].join('  ')}\n`
    case 'progress':
      return `     ${event.text.zh}  ${event.text.en}\n`
    case 'kept':
      return `${markOf(event.evidence)} ${STEP_NAMES[event.evidence.step].join('  ')}  (已通过 passed before)\n`
    case 'ended':
      return [
        `${markOf(event.evidence)} ${STEP_NAMES[event.evidence.step].join('  ')}`,
        `     ${figuresText(event.evidence)}`,
        ...event.evidence.reasons.map(({ zh, en }) => `   ! ${zh}\n     ${en}`),
        '',
      ].join('\n')
  }
}

/** Of a step that ended. */
export function markOf({ verdict }: StepEvidence): 'ok' | '!!' {
  return verdict === 'passed' ? 'ok' : '!!'
}

/** What was measured, in one line. */
export function figuresText({ figures }: StepEvidence): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join('  ')
}

/** Without the raw data, which is in the evidence store. */
function short(event: { readonly kind: string; readonly evidence: StepEvidence }): unknown {
  const { raw: _, ...evidence } = event.evidence
  return { kind: event.kind, evidence }
}
