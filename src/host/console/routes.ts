import type { ConsoleApp, ConsoleContext } from './console-app.ts'
import { auditRoutes } from './routes/audit-routes.ts'
import { liveRoutes } from './routes/live-routes.ts'
import { sessionRoutes } from './routes/session-routes.ts'
import { userRoutes } from './routes/user-routes.ts'

/** All modules of routes, a line each. */
export function addRoutes(app: ConsoleApp, context: ConsoleContext): void {
  sessionRoutes(app, context)
  userRoutes(app, context)
  auditRoutes(app, context)
  liveRoutes(app, context)
}
