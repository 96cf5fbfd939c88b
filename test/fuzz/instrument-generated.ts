import { instrumentFunctionBody } from './instrument.ts'

/** Different texts that are instrumented; a target that makes a new one with each input would fill the map. */
const TEXTS_MAX = 24

/** Functions that the product makes from text (compiled message specs) report to the coverage map too. */
export function instrumentGenerated(): void {
  const known = new Map<string, string>()
  globalThis.Function = new Proxy(Function, {
    construct(target, parts: string[]) {
      const body = parts.at(-1) ?? ''
      const isNew = !known.has(body) && known.size < TEXTS_MAX && body.includes('return function (')
      if (isNew) known.set(body, instrumentFunctionBody(body))
      return new target(...parts.slice(0, -1), known.get(body) ?? body)
    },
  })
}
