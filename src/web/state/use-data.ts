import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { get } from './api.ts'
import type { Text } from './language.ts'
import { listen } from './live.ts'
import { problemText } from './toasts.ts'

export interface Loaded<T> {
  readonly data: T | undefined
  readonly problem: Text | undefined
  readonly reload: () => void
}

/** Loads `path`, and again when it changes; what was there stays until the new is. `topics`: events that make it old. */
export function useData<T>(path: string | undefined, topics: readonly string[] = []): Loaded<T> {
  const state = useSignal<{ readonly data: T | undefined; readonly problem: Text | undefined }>({
    data: undefined,
    problem: undefined,
  })
  const latest = useRef(0)
  const reload = useCallback(() => {
    if (path === undefined) return
    const turn = ++latest.current
    get<T>(path).then(
      (data) => {
        if (turn === latest.current) state.value = { data, problem: undefined }
      },
      (error: unknown) => {
        if (turn === latest.current) state.value = { data: state.value.data, problem: problemText(error) }
      },
    )
  }, [path])
  useEffect(reload, [reload])
  const heard = topics.join(' ')
  useEffect(() => {
    const ends = heard === '' ? [] : heard.split(' ').map((topic) => listen(topic, throttled(reload)))
    return () => {
      for (const end of ends) end()
    }
  }, [heard, reload])
  return { ...state.value, reload }
}

const THROTTLE_MS = 500

/** At most twice a second, and once more after the last. */
function throttled(act: () => void): () => void {
  let isWaiting = false
  return () => {
    if (isWaiting) return
    isWaiting = true
    setTimeout(() => {
      isWaiting = false
      act()
    }, THROTTLE_MS)
  }
}
