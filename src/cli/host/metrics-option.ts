import type { HostMetrics } from '../../host/service/host-metrics.ts'
import { metricsRegistry } from '../../host/service/metrics-registry.ts'
import { type MetricsServer, openMetricsServer } from '../../host/service/metrics-server.ts'
import { UsageFailure } from '../failure.ts'

export const METRICS_OPTION = [
  '--metrics <[host:]port>',
  'serve /metrics and /healthz there; a port alone means this machine only, 0 takes any free port',
] as const

export interface MetricsPlace {
  readonly address: string
  readonly port: number
}

/** Where the metrics are served; undefined when they were not asked for. */
export function metricsPlaceOf(flag: string | undefined): MetricsPlace | undefined {
  if (flag === undefined) return undefined
  const [, bracketed, name, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]:|([^:[\]\s]+):)?(\d{1,5})$/.exec(flag) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535) {
    throw new UsageFailure(
      `--metrics takes a port or HOST:PORT, such as 9464 or 10.0.0.5:9464, not '${flag}'`,
    )
  }
  return { address: bracketed ?? name ?? '127.0.0.1', port }
}

/** Rejects with `GatewayError` when the port can't be opened. */
export function openMetrics(place: MetricsPlace, metrics: HostMetrics): Promise<MetricsServer> {
  return openMetricsServer({
    ...place,
    registry: metricsRegistry(metrics),
    trouble: () => metrics.trouble,
  })
}

/** One line for a person. */
export function metricsLine({ address, port }: MetricsPlace): string {
  const host = address.includes(':') ? `[${address}]` : address
  return `  ${'metrics'.padEnd(16)} http://${host}:${port}/metrics`
}
