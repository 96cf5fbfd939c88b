import { signal } from '@preact/signals'

type Listener = (data: unknown) => void

const listeners = new Map<string, Set<Listener>>()
let source: EventSource | undefined
/** False while the host can't be heard: what a page shows may be old. */
export const isLive = signal(true)

/** Hears a topic of the host's events; returns what ends it. One connection serves all. */
export function listen(topic: string, listener: Listener): () => void {
  open()
  let those = listeners.get(topic)
  if (those === undefined) {
    those = new Set()
    listeners.set(topic, those)
    source?.addEventListener(topic, dispatch)
  }
  those.add(listener)
  return () => void those.delete(listener)
}

function open(): void {
  if (source !== undefined) return
  source = new EventSource('/api/live')
  source.onopen = () => {
    isLive.value = true
  }
  source.onerror = () => {
    isLive.value = false
    // The browser comes again by itself, unless it was told not to.
    if (source?.readyState === EventSource.CLOSED) {
      source = undefined
      setTimeout(reopen, 3000)
    }
  }
  for (const topic of listeners.keys()) source.addEventListener(topic, dispatch)
}

function reopen(): void {
  if (listeners.size > 0) open()
}

function dispatch(event: MessageEvent<string>): void {
  const data: unknown = JSON.parse(event.data)
  for (const listener of listeners.get(event.type) ?? []) listener(data)
}
