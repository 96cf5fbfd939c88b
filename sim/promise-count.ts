import { promiseHooks } from 'node:v8'

/**
 * Promises that are made while `work` runs. The simulated world is synchronous: a promise in it is work that virtual
 * time does not wait for, and its rejection would go unhandled.
 */
export function countPromises(work: () => void): number {
  let count = 0
  const stop = promiseHooks.onInit(() => {
    count++
  })
  try {
    work()
  } finally {
    stop()
  }
  return count
}
