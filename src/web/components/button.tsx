import type { ComponentChildren } from 'preact'

interface ButtonProps {
  readonly children: ComponentChildren
  readonly onClick?: (() => void) | undefined
  readonly kind?: 'primary' | 'danger' | 'plain' | undefined
  readonly type?: 'button' | 'submit'
  readonly disabled?: boolean | undefined
  /** For a button that shows a sign only. */
  readonly label?: string | undefined
}

export function Button({ children, onClick, kind, type = 'button', disabled = false, label }: ButtonProps) {
  const look = ['button', kind ?? '', label === undefined ? '' : 'icon'].join(' ').trim()
  return (
    <button type={type} class={look} onClick={onClick} disabled={disabled} aria-label={label} title={label}>
      {children}
    </button>
  )
}
