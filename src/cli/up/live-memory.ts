import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | undefined

/**
 * Bytes that this process really needs: what a collection leaves of the heap, and the buffers beside it. Takes some
 * tens of milliseconds. For a process that many share: its resident memory says how much came and went, not what stays.
 */
export function liveMemoryBytes(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
