import type { ComponentChildren } from 'preact'

interface CardProps {
  readonly title?: ComponentChildren
  /** Buttons and filters beside the title. */
  readonly actions?: ComponentChildren
  /** No padding: tables. */
  readonly flush?: boolean
  readonly children: ComponentChildren
}

export function Card({ title, actions, flush = false, children }: CardProps) {
  return (
    <section class="card">
      {(title !== undefined || actions !== undefined) && (
        <header>
          <h2>{title}</h2>
          {actions !== undefined && <div class="row">{actions}</div>}
        </header>
      )}
      <div class={flush ? 'body flush' : 'body'}>{children}</div>
    </section>
  )
}

/** One number that matters, with what it is and a note. */
export function Figure({
  label,
  value,
  note,
}: {
  readonly label: string
  readonly value: ComponentChildren
  readonly note?: ComponentChildren
}) {
  return (
    <div class="card figure">
      <span class="label">{label}</span>
      <span class="value">{value}</span>
      <span class="note">{note}</span>
    </div>
  )
}
