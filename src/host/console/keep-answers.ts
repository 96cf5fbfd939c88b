import type { ConsoleApp } from './console-app.ts'

/** Makes durable elsewhere what an answer rests on. */
export interface AnswerKeeper {
  /** May be asked for nothing; throws when it can't be had now. */
  check(): void
  /** Durable when it returns. */
  keep(): void
}

/** Said while the records can't be had. */
export const STORE_AWAY = {
  kind: 'storeAway',
  zh: '数据库暂时无法使用：请稍后再试；重复操作之前，请先查看是否已经完成。',
  en: 'The database cannot be used now: try again in a moment, and look whether it was done before you repeat it.',
}

/** No request is begun while the store is away, and no answer leaves before what it says is kept. */
export function keepAnswers(app: ConsoleApp, keeper: AnswerKeeper): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/api')) return
    if (!succeeds(() => keeper.check())) await reply.status(503).send(STORE_AWAY)
  })
  app.addHook('onSend', async (request, reply, payload) => {
    if (!request.url.startsWith('/api') || reply.statusCode === 503) return payload
    if (succeeds(() => keeper.keep())) return payload
    reply.status(503).type('application/json').removeHeader('set-cookie').removeHeader('content-length')
    return JSON.stringify(STORE_AWAY)
  })
}

function succeeds(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}
