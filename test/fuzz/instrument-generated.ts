import { instrumentFunctionBody } from './instrument.ts'

/** Functions that the product makes from text (compiled message specs) report to the coverage map too. */
export function instrumentGenerated(): void {
  globalThis.Function = new Proxy(Function, {
    construct(target, parts: string[]) {
      const body = parts.at(-1)
      if (body === undefined || !body.includes('return function (')) return new target(...parts)
      return new target(...parts.slice(0, -1), instrumentFunctionBody(body))
    },
  })
}
