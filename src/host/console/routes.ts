import type { ConsoleApp, ConsoleContext } from './console-app.ts'
import { alarmRoutes } from './routes/alarm-routes.ts'
import { auditRoutes } from './routes/audit-routes.ts'
import { batchRoutes } from './routes/batch-routes.ts'
import { catalogueRoutes } from './routes/catalogue-routes.ts'
import { commissioningRoutes } from './routes/commissioning-routes.ts'
import { deviceRoutes } from './routes/device-routes.ts'
import { estateRoutes } from './routes/estate-routes.ts'
import { faultRoutes } from './routes/fault-routes.ts'
import { keyCeremonyRoutes } from './routes/key-ceremony-routes.ts'
import { knowledgeRoutes } from './routes/knowledge-routes.ts'
import { liveRoutes } from './routes/live-routes.ts'
import { loadRoutes } from './routes/load-routes.ts'
import { maintenanceRoutes } from './routes/maintenance-routes.ts'
import { messageRoutes } from './routes/message-routes.ts'
import { monitoringRoutes } from './routes/monitoring-routes.ts'
import { overviewRoutes } from './routes/overview-routes.ts'
import { rateRoutes } from './routes/rate-routes.ts'
import { retentionRoutes } from './routes/retention-routes.ts'
import { scenarioRoutes } from './routes/scenario-routes.ts'
import { sessionRoutes } from './routes/session-routes.ts'
import { softwareRoutes } from './routes/software-routes.ts'
import { stockRoutes } from './routes/stock-routes.ts'
import { ticketRoutes } from './routes/ticket-routes.ts'
import { transactionRoutes } from './routes/transaction-routes.ts'
import { userRoutes } from './routes/user-routes.ts'
import { walletRoutes } from './routes/wallet-routes.ts'
import { workOrderRoutes } from './routes/work-order-routes.ts'
import { workbenchRoutes } from './routes/workbench-routes.ts'

/** All modules of routes, a line each. */
export function addRoutes(app: ConsoleApp, context: ConsoleContext): void {
  sessionRoutes(app, context)
  userRoutes(app, context)
  walletRoutes(app, context)
  auditRoutes(app, context)
  liveRoutes(app, context)
  deviceRoutes(app, context)
  commissioningRoutes(app, context)
  estateRoutes(app, context)
  stockRoutes(app, context)
  workOrderRoutes(app, context)
  keyCeremonyRoutes(app, context)
  transactionRoutes(app, context)
  rateRoutes(app, context)
  messageRoutes(app, context)
  batchRoutes(app, context)
  knowledgeRoutes(app, context)
  monitoringRoutes(app, context)
  alarmRoutes(app, context)
  ticketRoutes(app, context)
  maintenanceRoutes(app, context)
  retentionRoutes(app, context)
  faultRoutes(app, context)
  scenarioRoutes(app, context)
  loadRoutes(app, context)
  softwareRoutes(app, context)
  catalogueRoutes(app, context)
  workbenchRoutes(app, context)
  overviewRoutes(app, context)
}
