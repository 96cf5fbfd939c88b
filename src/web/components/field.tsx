import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface FieldProps {
  readonly label: string
  readonly hint?: string | undefined
  readonly wrong?: string | undefined
  readonly children: (ids: {
    readonly id: string
    readonly describedBy: string | undefined
  }) => ComponentChildren
}

/** A labelled place for a value, with a hint and what is wrong with it. */
export function Field({ label, hint, wrong, children }: FieldProps) {
  const id = useId()
  const describedBy = hint === undefined && wrong === undefined ? undefined : `${id}-note`
  return (
    <div class="field">
      <label class="label" for={id}>
        {label}
      </label>
      {children({ id, describedBy })}
      {describedBy !== undefined && (
        <span id={describedBy} class={wrong === undefined ? 'hint' : 'wrong'}>
          {wrong ?? hint}
        </span>
      )}
    </div>
  )
}

interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly onInput: (value: string) => void
  readonly type?: 'text' | 'password' | 'number' | 'search' | 'date' | 'datetime-local' | undefined
  readonly hint?: string | undefined
  readonly wrong?: string | undefined
  readonly autoComplete?: string | undefined
  readonly inputMode?: 'numeric' | 'decimal' | 'text' | undefined
  readonly autoFocus?: boolean | undefined
  readonly required?: boolean | undefined
  readonly placeholder?: string | undefined
  readonly maxLength?: number | undefined
}

type InputAttributes = Pick<TextFieldProps, 'required' | 'placeholder'>

/** When it appears, and never again: a reader who went on is not called back. */
function focusOnce(input: HTMLInputElement | null): void {
  if (input === null || input.dataset['seen'] !== undefined) return
  input.dataset['seen'] = ''
  input.focus()
}

export function TextField({
  label,
  value,
  onInput,
  type = 'text',
  hint,
  wrong,
  autoComplete = 'off',
  autoFocus,
  ...more
}: TextFieldProps) {
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {({ id, describedBy }) => (
        <input
          {...(more as InputAttributes)}
          type={type as 'text'}
          id={id}
          class="input"
          value={value}
          autocomplete={autoComplete as 'off'}
          aria-describedby={describedBy}
          aria-invalid={wrong !== undefined}
          ref={autoFocus === true ? focusOnce : null}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}

export function TextAreaField({
  label,
  value,
  onInput,
  hint,
  wrong,
}: Pick<TextFieldProps, 'label' | 'value' | 'onInput' | 'hint' | 'wrong'>) {
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {({ id, describedBy }) => (
        <textarea
          id={id}
          class="input"
          value={value}
          aria-describedby={describedBy}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}

interface SelectFieldProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly text: string }[]
  readonly onChange: (value: T) => void
  readonly hint?: string | undefined
  readonly wrong?: string | undefined
}

export function SelectField<T extends string>({
  label,
  value,
  options,
  onChange,
  hint,
  wrong,
}: SelectFieldProps<T>) {
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {({ id, describedBy }) => (
        <select
          id={id}
          class="input"
          value={value}
          aria-describedby={describedBy}
          onChange={(event) => onChange(event.currentTarget.value as T)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

export function CheckField({
  label,
  checked,
  onChange,
  disabled = false,
}: {
  readonly label: ComponentChildren
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly disabled?: boolean
}) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  )
}
