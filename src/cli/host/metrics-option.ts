import type { HostMetrics } from '../../host/service/host-metrics.ts'
import { metricsRegistry } from '../../host/service/metrics-registry.ts'
import { type MetricsServer, openMetricsServer } from '../../host/service/metrics-server.ts'
import { type ListenPlace, listenPlaceOf } from '../listen-place.ts'

export const METRICS_OPTION = [
  '--metrics <[host:]port>',
  'serve /metrics and /healthz there; a port alone means this machine only, 0 takes any free port',
] as const

export type MetricsPlace = ListenPlace

/** Where the metrics are served; undefined when they were not asked for. */
export function metricsPlaceOf(flag: string | undefined): MetricsPlace | undefined {
  return flag === undefined ? undefined : listenPlaceOf('--metrics', flag, '9464')
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
