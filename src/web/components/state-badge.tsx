import { t } from '../state/language.ts'
import { Badge, type Tone } from './badge.tsx'
import { stateName } from './names.ts'

const TONES: Readonly<Record<string, Tone>> = {
  approved: 'good',
  closed: 'good',
  declined: 'bad',
  reversed: 'warn',
  settling: 'warn',
  voided: 'quiet',
  open: 'info',
}

/** State of a transaction or a batch. */
export function StateBadge({ state }: { readonly state: string }) {
  return <Badge tone={TONES[state] ?? 'quiet'}>{t(stateName(state))}</Badge>
}

/** Field 39, with its colour: 00 and its like are good. */
export function CodeBadge({ code }: { readonly code: string }) {
  if (code === '') return <span class="quiet">–</span>
  const isGood = ['00', '10', '11', 'A2', 'A4', 'A5', 'A6'].includes(code)
  return (
    <Badge tone={isGood ? 'good' : 'bad'}>
      <span class="mono">{code}</span>
    </Badge>
  )
}
