import type { ConsoleApp, ConsoleContext } from '../console-app.ts'

/** A line that says nothing, so that whoever stands between keeps the connection open. */
const KEEP_ALIVE_MS = 15_000
/** A page that reads slower than this much behind is let go; it comes again by itself. */
const BACKLOG_MAX = 1024 * 1024

/** What happens, as server-sent events. Source: WHATWG HTML, 9.2. */
export function liveRoutes(app: ConsoleApp, { live, office }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/live',
    config: { access: 'signedIn', rateLimit: false },
    schema: { summary: 'Server-sent events: topic and JSON data', tags: ['live'] },
    handler(request, reply) {
      const { raw } = reply
      const { caller } = request
      reply.hijack()
      raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      const say = (text: string): void => {
        if (raw.writableLength > BACKLOG_MAX) raw.destroy()
        else raw.write(text)
      }
      say('retry: 2000\n\n')
      const end = live.listen(({ topic, data }) => say(`event: ${topic}\ndata: ${JSON.stringify(data)}\n\n`))
      const timer = setInterval(() => {
        // A session that ended takes its events with it.
        if (caller !== undefined && office.sessions.find(caller.token) === undefined) raw.end()
        else say(': \n\n')
      }, KEEP_ALIVE_MS)
      raw.on('close', () => {
        clearInterval(timer)
        end()
      })
    },
  })
}
