import { UsageFailure } from './failure.ts'

export interface ListenPlace {
  readonly address: string
  readonly port: number
}

/** `PORT` (this machine only), `HOST:PORT` or `[IPv6]:PORT` as somebody gave it with `option`. @throws {UsageFailure} */
export function listenPlaceOf(option: string, text: string, example: string): ListenPlace {
  const [, bracketed, name, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]:|([^:[\]\s]+):)?(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535) {
    throw new UsageFailure(
      `${option} takes a port or HOST:PORT, such as ${example} or 10.0.0.5:${example}, not '${text}'`,
    )
  }
  return { address: bracketed ?? name ?? '127.0.0.1', port }
}
