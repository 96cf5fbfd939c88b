import type { CatalogueFaultView, ValueDefinitionView } from '../../host/console/api-types/catalogue.ts'
import { t } from '../state/language.ts'
import { CheckField, Field, SelectField, TextField } from './field.tsx'
import { kindName } from './names.ts'

interface ValueFieldProps {
  readonly definition: ValueDefinitionView
  /** Undefined: not set. */
  readonly value: string | undefined
  /** What not set means: left out, or as it is for all. */
  readonly unset: string | undefined
  readonly wrong: string | undefined
  readonly onChange: (value: string | undefined) => void
}

/** One value as its rule wants it. */
export function ValueField({ definition, value, unset, wrong, onChange }: ValueFieldProps) {
  const { key, name, rule, effect } = definition
  const label = `${key} · ${t(name)}`
  const hint = t(effect) === '' ? undefined : t(effect)
  if (rule.kind === 'bitmap')
    return (
      <BitmapField
        label={label}
        hint={hint}
        bits={rule.bits}
        value={value}
        unset={unset}
        onChange={onChange}
      />
    )
  const values = rule.kind === 'flag' ? ['1', '0'] : rule.kind === 'choice' ? rule.values : undefined
  if (values === undefined)
    return (
      <TextField
        label={label}
        value={value ?? ''}
        hint={hint}
        wrong={wrong}
        placeholder={unset}
        onInput={(text) => onChange(text === '' ? undefined : text.trim())}
      />
    )
  const texts: Readonly<Record<string, string>> =
    rule.kind === 'flag' ? { '1': t({ zh: '是', en: 'yes' }), '0': t({ zh: '否', en: 'no' }) } : {}
  return (
    <SelectField
      label={label}
      value={value ?? ''}
      hint={hint}
      wrong={wrong}
      options={[
        ...(unset === undefined ? [] : [{ value: '', text: unset }]),
        ...values.map((each) => ({ value: each, text: texts[each] ?? each })),
      ]}
      onChange={(text) => onChange(text === '' ? undefined : text)}
    />
  )
}

/** Four hexadecimal digits, a box for each bit. */
function BitmapField({
  label,
  hint,
  bits,
  value,
  unset,
  onChange,
}: {
  readonly label: string
  readonly hint: string | undefined
  readonly bits: readonly string[]
  readonly value: string | undefined
  readonly unset: string | undefined
  readonly onChange: (value: string | undefined) => void
}) {
  const number = Number.parseInt(value ?? 'FFFF', 16)
  const put = (bit: number, isOn: boolean): void => {
    const next = isOn ? number | (0x8000 >> bit) : number & ~(0x8000 >> bit)
    onChange(next.toString(16).toUpperCase().padStart(4, '0'))
  }
  return (
    <Field label={label} hint={hint}>
      {({ id }) => (
        <fieldset class="plain stack" id={id} aria-label={label}>
          <CheckField
            label={unset ?? t({ zh: '不限制', en: 'no limit' })}
            checked={value === undefined}
            onChange={(isUnset) => onChange(isUnset ? undefined : 'FFC0')}
          />
          {value !== undefined &&
            bits.map((bit, index) => (
              <CheckField
                key={bit}
                label={t(kindName(bit))}
                checked={(number & (0x8000 >> index)) !== 0}
                onChange={(isOn) => put(index, isOn)}
              />
            ))}
        </fieldset>
      )}
    </Field>
  )
}

interface ValuesEditorProps {
  readonly definitions: readonly ValueDefinitionView[]
  readonly values: Readonly<Record<string, string>>
  readonly unset: string
  readonly faults: readonly CatalogueFaultView[]
  readonly onChange: (values: Readonly<Record<string, string>>) => void
}

/** All values that can be set; those that are unknown here stay as they are. */
export function ValuesEditor({ definitions, values, unset, faults, onChange }: ValuesEditorProps) {
  const put = (key: string, value: string | undefined): void => {
    const { [key]: _, ...others } = values
    onChange(value === undefined ? others : { ...others, [key]: value })
  }
  return (
    <div class="grid two">
      {definitions.map((definition) => (
        <ValueField
          key={definition.key}
          definition={definition}
          value={values[definition.key]}
          unset={unset}
          wrong={faultAt(faults, `values.${definition.key}`)}
          onChange={(value) => put(definition.key, value)}
        />
      ))}
    </div>
  )
}

export function faultAt(faults: readonly CatalogueFaultView[], path: string): string | undefined {
  const fault = faults.find((each) => each.path === path)
  return fault === undefined ? undefined : t(fault)
}
