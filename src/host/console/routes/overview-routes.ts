import { MINUTES_VIEW } from '../api-types/overview.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'

/** Payments of the last hour by the minute. */
export function overviewRoutes(app: ConsoleApp, { minutes }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/overview/minutes',
    config: { access: 'signedIn' },
    schema: {
      summary: 'Payments of the last hour by the minute, since the host started',
      tags: ['overview'],
      response: { 200: MINUTES_VIEW },
    },
    handler: () => ({ minutes: minutes.list().map((each) => ({ ...each })) }),
  })
}
