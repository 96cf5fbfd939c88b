const TRIES_MAX = 3000

/** The shortest input found near `input` that `isFinding` still holds for: parts are cut out, bytes made zero. */
export function minimise(input: Uint8Array, isFinding: (input: Uint8Array) => boolean): Uint8Array {
  let best = input
  let tries = 0
  const take = (candidate: Uint8Array): boolean => {
    if (tries++ >= TRIES_MAX || !isFinding(candidate)) return false
    best = candidate
    return true
  }
  for (let size = Math.max(1, best.length >> 1); size >= 1; size = size >> 1) {
    for (let at = 0; at < best.length; ) {
      const shorter = Uint8Array.from([...best.subarray(0, at), ...best.subarray(at + size)])
      if (!take(shorter)) at += size
    }
  }
  for (let at = 0; at < best.length; at++) {
    if (best[at] === 0) continue
    const plainer = Uint8Array.from(best)
    plainer[at] = 0
    take(plainer)
  }
  return best
}
