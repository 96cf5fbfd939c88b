import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** The next message of `child`, or undefined when it ends before; leaves no listener behind. */
export async function messageOrEnd(child: ChildProcess): Promise<unknown> {
  const over = new AbortController()
  const first = (event: 'message' | 'exit') => once(child, event, { signal: over.signal })
  const message = first('message').then(([value]: unknown[]) => value)
  const ended = first('exit').then(() => undefined)
  try {
    return await Promise.race([message, ended])
  } finally {
    // The one that was not needed is told so, and nobody waits for it.
    for (const each of [message, ended]) each.catch(() => {})
    over.abort()
  }
}
