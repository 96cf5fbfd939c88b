import { keepCare } from '../../host/monitoring/keep-care.ts'
import { openOffice } from '../../host/office/open-office.ts'
import { openRetention } from '../../host/retention/open-retention.ts'
import type { HostMetrics } from '../../host/service/host-metrics.ts'
import type { Host } from '../../host/service/open-host.ts'

/**
 * Looks after a host that has no console: a refused offline sale is a ticket, alarms are raised, retention runs by its plan.
 * Whoever opens the console later finds it all.
 */
export function careBeside(
  host: Host,
  directory: string,
  metrics?: HostMetrics | undefined,
): { readonly close: () => void } {
  const office = openOffice({ directory, security: host.security })
  try {
    const { care, end } = keepCare({ office, host, metrics })
    const retention = openRetention({ directory, host, office, plan: care.plan })
    return {
      close() {
        retention?.end()
        end()
        office.close()
      },
    }
  } catch (error) {
    office.close()
    throw error
  }
}
