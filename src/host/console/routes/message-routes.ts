import { z } from 'zod'
import { EXCHANGE, EXCHANGE_LINE } from '../api-types/messages.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { notFound } from '../console-problem.ts'

const READERS = ['support', 'technician', 'administrator', 'auditor'] as const

/** The last messages, masked. */
export function messageRoutes(app: ConsoleApp, { messages }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/messages',
    config: { access: READERS },
    schema: {
      summary: 'The last exchanges, newest first; under load a sample',
      tags: ['messages'],
      querystring: z.object({
        tid: z.string().max(8).optional(),
        code: z.string().max(2).optional(),
        before: z.coerce.number().int().positive().optional(),
        limit: z.coerce.number().int().min(1).max(200).default(50),
      }),
      response: { 200: z.object({ exchanges: z.array(EXCHANGE_LINE), leftOut: z.number() }) },
    },
    handler: ({ query }) => ({ exchanges: [...messages.list(query)], leftOut: messages.leftOut }),
  })
  app.route({
    method: 'GET',
    url: '/api/messages/:number',
    config: { access: READERS },
    schema: {
      summary: 'One exchange byte by byte and field by field',
      tags: ['messages'],
      params: z.object({ number: z.coerce.number().int().positive() }),
      response: { 200: EXCHANGE },
    },
    handler({ params: { number } }) {
      const exchange = messages.find(number)
      if (exchange === undefined)
        throw notFound({
          zh: `编号 ${number} 的报文（只保留最近的报文）`,
          en: `exchange ${number} any more (only the last ones are kept)`,
        })
      return exchange
    },
  })
}
