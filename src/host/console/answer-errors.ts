import type { FastifyError } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { StoreError } from '../core/store-port.ts'
import type { ConsoleApp } from './console-app.ts'
import { ConsoleProblem } from './console-problem.ts'
import { STORE_AWAY } from './keep-answers.ts'

/** How each problem is answered. `zh` and `en` say what to do. */
interface ProblemAnswer {
  readonly kind: string
  readonly zh: string
  readonly en: string
  readonly detail?: unknown
}

/** Whatever goes wrong is answered with a sentence in both languages; what only we can mend is logged without values. */
export function answerErrors(app: ConsoleApp): void {
  app.setErrorHandler((error: FastifyError | ConsoleProblem | StoreError, _request, reply) => {
    if (error instanceof ConsoleProblem) {
      const { status, kind, sentence, detail } = error
      const answer: ProblemAnswer = { kind, ...sentence, ...(detail === undefined ? {} : { detail }) }
      return reply.status(status).send(answer)
    }
    if (hasZodFastifySchemaValidationErrors(error)) return reply.status(400).send(badInput(error.validation))
    if (error instanceof StoreError) return reply.status(503).send(STORE_AWAY)
    const { status, answer } = known(error)
    if (status >= 500) process.stderr.write(`console: ${error.name}: ${error.message}\n`)
    return reply.status(status).send(answer)
  })
}

/** Names the place, never the value. */
function badInput(
  issues: readonly { readonly instancePath: string; readonly message?: string | undefined }[],
): ProblemAnswer {
  const places = issues.map(({ instancePath, message }) => ({
    place: instancePath.replace(/^\//, '').replaceAll('/', '.'),
    message: message ?? '',
  }))
  const [first] = places
  const place = first?.place || 'the request'
  return {
    kind: 'badInput',
    zh: `${place} 的内容不符合要求（${first?.message ?? ''}）：请更正后再试，没有任何内容被更改。`,
    en: `${place} is not as it should be (${first?.message ?? ''}): correct it and try again. Nothing was changed.`,
    detail: places,
  }
}

function known(error: FastifyError): { readonly status: number; readonly answer: ProblemAnswer } {
  const status = error.statusCode ?? 500
  if (status === 429) {
    return {
      status,
      answer: {
        kind: 'tooMany',
        zh: '请求过多：请一分钟后再试。',
        en: 'Too many requests: try again in a minute.',
      },
    }
  }
  if (status === 413) {
    return {
      status,
      answer: {
        kind: 'tooLarge',
        zh: '内容太大：请选择较小的文件。',
        en: 'That is too large: choose a smaller file.',
      },
    }
  }
  if (status < 500) {
    return {
      status,
      answer: { kind: 'badInput', zh: '请求格式不对：请查看 /docs。', en: `${error.message}: see /docs.` },
    }
  }
  return {
    status: 500,
    answer: {
      kind: 'internal',
      zh: '主机出错，没有完成：请重试；若再次发生，请查看主机日志。',
      en: "Something went wrong in the host and was not done: try again, and look at the host's log if it comes back.",
    },
  }
}
