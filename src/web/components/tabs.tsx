interface TabsProps<T extends string> {
  readonly label: string
  readonly tabs: readonly { readonly key: T; readonly text: string }[]
  readonly chosen: T
  readonly onChoose: (key: T) => void
}

/** Parts of one page. Arrow keys move between them. */
export function Tabs<T extends string>({ label, tabs, chosen, onChoose }: TabsProps<T>) {
  const move = (step: number): void => {
    const at = tabs.findIndex(({ key }) => key === chosen)
    const next = tabs[(at + step + tabs.length) % tabs.length]
    if (next !== undefined) onChoose(next.key)
  }
  return (
    <div
      class="tabs"
      role="tablist"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight') move(1)
        if (event.key === 'ArrowLeft') move(-1)
      }}
    >
      {tabs.map(({ key, text }) => (
        <button
          key={key}
          type="button"
          role="tab"
          aria-selected={key === chosen}
          tabIndex={key === chosen ? 0 : -1}
          onClick={() => onChoose(key)}
          ref={(button) => {
            const { activeElement } = document
            if (key === chosen && button !== null && activeElement?.parentElement === button.parentElement)
              button.focus()
          }}
        >
          {text}
        </button>
      ))}
    </div>
  )
}
