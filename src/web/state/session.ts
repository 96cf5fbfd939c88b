import { computed, signal } from '@preact/signals'
import type { SessionView } from '../../host/console/api-types/session.ts'

/** Who is signed in: undefined while it is not known yet, null for nobody. */
export const session = signal<SessionView | null | undefined>(undefined)
/** A request found the session ended: whoever was working signs in again over the page and loses nothing. */
export const isExpired = signal(false)

export const roles = computed(() => session.value?.roles ?? [])

/** Whether the reader has one of these roles; `signedIn` for everybody. */
export function may(access: 'signedIn' | readonly string[]): boolean {
  return access === 'signedIn' || roles.value.some((role) => access.includes(role))
}
