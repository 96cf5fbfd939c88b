import { computed, signal } from '@preact/signals'

/** Path and query of the address; pages read them, links change them. */
const address = signal(location.pathname + location.search)

export const path = computed(() => new URL(address.value, location.origin).pathname)
export const query = computed(() => new URL(address.value, location.origin).searchParams)

addEventListener('popstate', () => {
  address.value = location.pathname + location.search
})

export function go(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (to === address.value) return
  if (replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  address.value = to
  if (!replace) scrollTo(0, 0)
}

/** Changes some of the query, and keeps the place in the history: for filters. */
export function setQuery(changes: Readonly<Record<string, string | undefined>>): void {
  const next = new URLSearchParams(query.value)
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined || value === '') next.delete(key)
    else next.set(key, value)
  }
  const text = next.toString()
  go(text === '' ? path.value : `${path.value}?${text}`, { replace: true })
}

/** Follows links inside the page without loading it anew. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (link === null || link.target !== '' || link.origin !== location.origin) return
  if (link.pathname.startsWith('/docs') || link.pathname.startsWith('/api/')) return
  event.preventDefault()
  go(link.pathname + link.search)
}
