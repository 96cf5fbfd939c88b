import { Counter, collectDefaultMetrics, Gauge, type Histogram, Registry } from 'prom-client'
import type { EstateGauges, HostMetrics } from './host-metrics.ts'
import type { NumberHistogram } from './number-histogram.ts'

const PREFIX = 'tillwire_host_'

/** The host's numbers as Prometheus metrics, read from `metrics` when they are asked for. docs/metrics.md lists them. */
export function metricsRegistry(metrics: HostMetrics): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  addMessages(registry, metrics)
  addConnections(registry, metrics)
  addStore(registry, metrics)
  addEstate(registry, metrics)
  return registry
}

function addMessages(registry: Registry, metrics: HostMetrics): void {
  counter(registry, 'messages_total', 'Messages decided.', ['operation', 'code'], (add) => {
    for (const { operation, code, count } of metrics.messages()) add({ operation, code }, count)
  })
  const { gateway } = metrics
  counter(registry, 'frames_rejected_total', 'Frames that were none.', ['reason'], (add) => {
    add({ reason: 'short' }, metrics.shortFrames)
    add({ reason: 'oversized' }, gateway.closed.oversized)
    add({ reason: 'bad_length' }, gateway.closed.bad_length)
  })
  counter(registry, 'explains_suppressed_total', 'Explanations left out in a flood.', [], (add) =>
    add({}, metrics.explains.suppressedTotal),
  )
  histogram(registry, 'latency_seconds', 'From a request in to its reply out.', metrics.latency)
  histogram(registry, 'batch_messages', 'Messages decided together.', metrics.batchSizes)
  gauge(registry, 'waiting_requests', 'Requests taken and not decided yet.', () => metrics.waiting)
}

function addConnections(registry: Registry, { gateway }: HostMetrics): void {
  gauge(registry, 'connections_open', 'Connections open now.', () => gateway.open)
  counter(registry, 'connections_accepted_total', 'Connections taken.', [], (add) =>
    add({}, gateway.accepted),
  )
  const byReason = (name: string, help: string, counts: Readonly<Record<string, number>>): void =>
    counter(registry, name, help, ['reason'], (add) => {
      for (const [reason, count] of Object.entries(counts)) add({ reason }, count)
    })
  byReason('connections_refused_total', 'Clients turned away.', gateway.refused)
  byReason('connections_closed_total', 'Connections that ended.', gateway.closed)
  counter(registry, 'received_bytes_total', 'Bytes received.', [], (add) => add({}, gateway.bytesIn))
  counter(registry, 'sent_bytes_total', 'Bytes sent.', [], (add) => add({}, gateway.bytesOut))
}

function addStore(registry: Registry, metrics: HostMetrics): void {
  histogram(registry, 'commit_rows', 'Rows that became durable together.', metrics.commitRows)
  counter(registry, 'store_outages_total', 'Times that nothing could be recorded.', [], (add) =>
    add({}, metrics.outages),
  )
  gauge(registry, 'store_in_trouble', '1 while nothing can be recorded.', () =>
    metrics.trouble === undefined ? 0 : 1,
  )
}

/** 0 where nobody watches the estate: a host without a console. */
function addEstate(registry: Registry, metrics: HostMetrics): void {
  const of = (name: keyof EstateGauges) => (): number => metrics.estate?.()[name] ?? 0
  gauge(registry, 'terminals', 'Terminals of the estate.', of('terminals'))
  gauge(registry, 'terminals_active', 'Terminals heard within five minutes.', of('active'))
  gauge(registry, 'alarms_up', 'Alarms that are up.', of('alarmsUp'))
  gauge(registry, 'alarms_critical', 'Critical alarms that are up.', of('alarmsCritical'))
  gauge(registry, 'tickets_unsolved', 'Tickets that nobody has solved.', of('ticketsUnsolved'))
}

type Add = (labels: Record<string, string>, count: number) => void

function counter(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  read: (add: Add) => void,
): void {
  new Counter({
    name: PREFIX + name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset()
      read((labels, count) => this.inc(labels, count))
    },
  })
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name: PREFIX + name,
    help,
    registers: [registry],
    collect() {
      this.set(read())
    },
  })
}

/** The package's own histogram can only be told numbers one at a time: this has what a registry asks of a metric. */
function histogram(registry: Registry, name: string, help: string, numbers: NumberHistogram): void {
  const metric = {
    name: PREFIX + name,
    async get() {
      return {
        name: this.name,
        help,
        type: 'histogram',
        aggregator: 'sum',
        values: samplesOf(this.name, numbers),
      }
    },
    reset() {},
  }
  registry.registerMetric(metric as unknown as Histogram)
}

interface Sample {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

function samplesOf(name: string, { bounds, counts, sum }: NumberHistogram): readonly Sample[] {
  let total = 0
  const buckets = Array.from(counts, (count, index) => {
    total += count
    return { metricName: `${name}_bucket`, labels: { le: bounds[index] ?? '+Inf' }, value: total }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, value: sum },
    { metricName: `${name}_count`, labels: {}, value: total },
  ]
}
