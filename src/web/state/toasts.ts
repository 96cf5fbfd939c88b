import { signal } from '@preact/signals'
import { ApiProblem } from './api.ts'
import type { Text } from './language.ts'

export interface Toast {
  readonly id: number
  readonly text: Text
  readonly tone: 'good' | 'bad'
}

export const toasts = signal<readonly Toast[]>([])
let nextId = 1
const SHOWN_MS = 6000

/** Says something in the corner for a few seconds. */
export function say(text: Text, tone: Toast['tone'] = 'good'): void {
  const id = nextId++
  toasts.value = [...toasts.value, { id, text, tone }]
  setTimeout(() => {
    toasts.value = toasts.value.filter((toast) => toast.id !== id)
  }, SHOWN_MS)
}

/** Says what went wrong with a request. */
export function sayProblem(error: unknown): void {
  say(problemText(error), 'bad')
}

export function problemText(error: unknown): Text {
  if (error instanceof ApiProblem) return error.text
  return { zh: '页面出错：请刷新后再试。', en: 'The page failed: reload it and try again.' }
}
