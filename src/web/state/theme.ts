import { effect, signal } from '@preact/signals'

type Theme = 'light' | 'dark'

const KEY = 'tillwire-theme'
const isDark = matchMedia('(prefers-color-scheme: dark)')

function first(): Theme {
  const kept = localStorage.getItem(KEY)
  if (kept === 'light' || kept === 'dark') return kept
  return isDark.matches ? 'dark' : 'light'
}

export const theme = signal<Theme>(first())

effect(() => {
  document.documentElement.dataset['theme'] = theme.value
})

export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark'
  localStorage.setItem(KEY, theme.value)
}
