import { effect, signal } from '@preact/signals'

export type Language = 'zh' | 'en'

/** A text in both languages. */
export interface Text {
  readonly zh: string
  readonly en: string
}

const KEY = 'tillwire-language'

function first(): Language {
  const kept = localStorage.getItem(KEY)
  if (kept === 'zh' || kept === 'en') return kept
  return navigator.language.startsWith('zh') ? 'zh' : 'en'
}

/** The language that the reader chose; a browser in Chinese begins in Chinese. */
export const language = signal<Language>(first())

effect(() => {
  localStorage.setItem(KEY, language.value)
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en'
})

/** A text in the reader's language; a component that calls it follows a change. */
export function t(text: Text): string {
  return text[language.value]
}

const LOCALES: Readonly<Record<Language, string>> = { zh: 'zh-CN', en: 'en-GB' }

export function formatTime(atMs: number): string {
  return new Intl.DateTimeFormat(LOCALES[language.value], {
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  }).format(atMs)
}

/** Hours and minutes, with seconds if asked. */
export function formatClock(atMs: number, withSeconds: boolean): string {
  return new Intl.DateTimeFormat(LOCALES[language.value], {
    hour: '2-digit',
    minute: '2-digit',
    ...(withSeconds ? { second: '2-digit' } : {}),
    hour12: false,
  }).format(atMs)
}

export function formatDay(atMs: number): string {
  return new Intl.DateTimeFormat(LOCALES[language.value], { month: '2-digit', day: '2-digit' }).format(atMs)
}

export function formatDateTime(atMs: number): string {
  return new Intl.DateTimeFormat(LOCALES[language.value], {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  }).format(atMs)
}

export function formatNumber(value: number, digits = 0): string {
  return new Intl.NumberFormat(LOCALES[language.value], {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value)
}

export function formatPercent(share: number, digits = 1): string {
  return `${formatNumber(share * 100, digits)} %`
}
