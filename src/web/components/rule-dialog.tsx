import { type Signal, useSignal } from '@preact/signals'
import type { RuleView } from '../../host/console/api-types/care.ts'
import { ApiProblem, put } from '../state/api.ts'
import { type Text, t } from '../state/language.ts'
import { say } from '../state/toasts.ts'
import { FormDialog } from './dialog.tsx'
import { CheckField, SelectField, TextField } from './field.tsx'
import { ruleUnit, ruleValueText } from './rule-value.ts'

interface RuleDialogProps {
  /** General rules, of which a new one is a copy. */
  readonly general: readonly RuleView[]
  /** Undefined: a new one for one terminal, merchant or the estate. */
  readonly rule: RuleView | undefined
  readonly onClose: () => void
  readonly onDone: () => void
}

/** What stands in the fields; shares as percent. */
interface Draft {
  readonly kind: RuleView['kind']
  readonly subject: string
  readonly enabled: boolean
  readonly severity: RuleView['severity']
  readonly raiseAt: string
  readonly clearAt: string
  readonly countMin: string
}

/** Thresholds of one rule. What somebody else saved meanwhile is shown, and what was typed stays. */
export function RuleDialog({ general, rule, onClose, onDone }: RuleDialogProps) {
  const draft = useSignal(draftOf(rule ?? general[0]))
  const present = useSignal<RuleView | undefined>(undefined)
  const form = rule ?? general.find(({ kind }) => kind === draft.value.kind)
  const save = async (): Promise<void> => {
    try {
      await put(pathOf(draft.value), bodyOf(draft.value, form?.unit, (present.value ?? rule)?.version ?? 0))
    } catch (error) {
      if (error instanceof ApiProblem && error.kind === 'changedMeanwhile')
        present.value = (error.detail as { readonly present: RuleView }).present
      throw error
    }
    say({ zh: '已保存。', en: 'Saved.' })
    onDone()
  }
  return (
    <FormDialog
      title={rule === undefined ? t({ zh: '新增规则', en: 'Add a rule' }) : t(rule.name)}
      submit={{ zh: '保存', en: 'Save' }}
      onClose={onClose}
      onSubmit={save}
    >
      {rule === undefined && <Watched draft={draft} general={general} />}
      <CheckField
        label={t({ zh: '启用', en: 'Switched on' })}
        checked={draft.value.enabled}
        onChange={(enabled) => (draft.value = { ...draft.value, enabled })}
      />
      {form !== undefined && form.unit !== 'flag' && <Thresholds draft={draft} form={form} />}
      <SelectField
        label={t({ zh: '级别', en: 'Severity' })}
        value={draft.value.severity}
        onChange={(severity) => (draft.value = { ...draft.value, severity })}
        options={[
          { value: 'warning', text: t({ zh: '警告', en: 'Warning' }) },
          { value: 'critical', text: t({ zh: '严重', en: 'Critical' }) },
        ]}
      />
      {present.value !== undefined && (
        <p class="notice">
          {t({ zh: '现在的内容：', en: 'It says now: ' })}
          {ruleValueText(present.value.raiseAt, present.value.unit)} /{' '}
          {ruleValueText(present.value.clearAt, present.value.unit)}
        </p>
      )}
    </FormDialog>
  )
}

/** What a new rule is about. */
function Watched({ draft, general }: { readonly draft: Signal<Draft> } & Pick<RuleDialogProps, 'general'>) {
  const choose = (kind: Draft['kind']): void => {
    const { subject } = draft.value
    draft.value = { ...draftOf(general.find((each) => each.kind === kind)), subject }
  }
  return (
    <>
      <SelectField
        label={t({ zh: '告警', en: 'Alarm' })}
        value={draft.value.kind}
        onChange={choose}
        options={general.map(({ kind, name }) => ({ value: kind, text: t(name) }))}
      />
      <TextField
        label={t({ zh: '对象', en: 'Watches' })}
        value={draft.value.subject}
        onInput={(subject) => (draft.value = { ...draft.value, subject })}
        hint={t({
          zh: '终端号、商户号或 estate；代替通用规则。',
          en: 'A terminal number, a merchant number, or estate; in place of the general rule.',
        })}
        required
      />
    </>
  )
}

function Thresholds({ draft, form }: { readonly draft: Signal<Draft>; readonly form: RuleView }) {
  const unit = ruleUnit(form.unit)
  const fields: readonly (readonly ['raiseAt' | 'clearAt' | 'countMin', string, Text])[] = [
    [
      'raiseAt',
      `${t({ zh: '告警值', en: 'Raised' })}${unit}`,
      form.bad === 'above'
        ? { zh: '高于此值告警', en: 'Above it, the alarm is raised' }
        : { zh: '低于此值告警', en: 'Below it, the alarm is raised' },
    ],
    [
      'clearAt',
      `${t({ zh: '解除值', en: 'Cleared' })}${unit}`,
      { zh: '须在好的一侧，以免反复', en: 'On the good side, so that it does not come and go' },
    ],
    [
      'countMin',
      t({ zh: '最少笔数', en: 'Least count' }),
      { zh: '不足时不告警', en: 'With fewer decided requests nothing is raised' },
    ],
  ]
  return (
    <>
      {fields.map(([name, label, hint]) => (
        <TextField
          key={name}
          label={label}
          hint={t(hint)}
          inputMode="decimal"
          value={draft.value[name]}
          onInput={(text) => (draft.value = { ...draft.value, [name]: text })}
          required
        />
      ))}
    </>
  )
}

const PERCENT = 100

function draftOf(rule: RuleView | undefined): Draft {
  const scale = rule?.unit === 'share' ? PERCENT : 1
  const text = (value = 0): string => String(Math.round(value * scale * 1000) / 1000)
  return {
    kind: rule?.kind ?? 'successRate',
    subject: rule?.subject ?? '',
    enabled: rule?.enabled ?? true,
    severity: rule?.severity ?? 'warning',
    raiseAt: text(rule?.raiseAt),
    clearAt: text(rule?.clearAt),
    countMin: String(rule?.countMin ?? 0),
  }
}

function pathOf({ kind, subject }: Draft): string {
  const special = subject.trim()
  return `/api/alarm-rules/${kind}${special === '' ? '' : `/${encodeURIComponent(special)}`}`
}

function bodyOf(draft: Draft, unit: RuleView['unit'] | undefined, version: number) {
  const { enabled, severity, raiseAt, clearAt, countMin } = draft
  const scale = unit === 'share' ? PERCENT : 1
  return {
    enabled,
    severity,
    raiseAt: Number(raiseAt) / scale,
    clearAt: Number(clearAt) / scale,
    countMin: Number(countMin),
    version,
  }
}
