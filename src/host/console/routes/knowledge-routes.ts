import { z } from 'zod'
import { ARTICLE_VIEW } from '../api-types/care.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { notFound } from '../console-problem.ts'

const WORDS_MAX = 200

/** What messages mean and who does what. */
export function knowledgeRoutes(app: ConsoleApp, { knowledge }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/knowledge',
    config: { access: 'signedIn' },
    schema: {
      summary: 'Articles: all, or those with these words, a code, or a whole message of a terminal',
      tags: ['knowledge'],
      querystring: z.object({ q: z.string().trim().max(WORDS_MAX).default('') }),
      response: { 200: z.object({ articles: z.array(ARTICLE_VIEW) }) },
    },
    handler({ query: { q } }) {
      if (q === '') return { articles: [...knowledge.articles] }
      const article = knowledge.find(q)
      return { articles: article === undefined ? [...knowledge.search(q)] : [article] }
    },
  })
  app.route({
    method: 'GET',
    url: '/api/knowledge/:key',
    config: { access: 'signedIn' },
    schema: {
      summary: 'One article by the key in a message',
      tags: ['knowledge'],
      params: z.object({ key: z.string().max(WORDS_MAX) }),
      response: { 200: ARTICLE_VIEW },
    },
    handler({ params: { key } }) {
      const article = knowledge.find(key)
      if (article === undefined) throw notFound({ zh: '此条目', en: 'article with this key' })
      return article
    },
  })
}
