const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 }

/** `300 ms`, `5 s`, `2 min`, `1 h` in milliseconds; undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(ms|s|min|h)$/.exec(text.trim())
  const unit = UNITS_MS[match?.[2] ?? '']
  return match === null || unit === undefined ? undefined : Math.round(Number(match[1]) * unit)
}
