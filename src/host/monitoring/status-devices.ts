const DEVICES: Readonly<Record<string, string>> = {
  '01': 'keyboard',
  '02': 'pinPad',
  '03': 'cardReader',
  '04': 'printer',
  '05': 'display',
}

/** Which devices a status upload says work: pairs of a two-digit code and 1 or 0 at its beginning. Source: unionpay-pos, 5.3. */
export function devicesOfStatus(text: string): Readonly<Record<string, boolean>> {
  const devices: Record<string, boolean> = {}
  for (let start = 0; /^0[1-5][01]$/.test(text.slice(start, start + 3)); start += 3)
    devices[DEVICES[text.slice(start, start + 2)] ?? ''] = text.charAt(start + 2) === '1'
  return devices
}
