import { z } from 'zod'
import { InvariantError } from '../../base/invariant.ts'
import { CalcFailure } from './calc-failure.ts'
import { CalcInputs } from './calc-inputs.ts'
import type { CalcOutputs, Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'

const lineSchema = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  category: z.string(),
  inputs: z.record(z.string(), z.unknown()),
})

export type CalcAnswer =
  | { readonly id: string | number | null; readonly outputs: CalcOutputs }
  | { readonly id: string | number | null; readonly error: string }

/** Answers one line of `{"id","category","inputs"}`. Never throws. */
export function answerLine(line: string): CalcAnswer {
  let data: unknown
  try {
    data = JSON.parse(line)
  } catch {
    return { id: null, error: 'the line is not JSON' }
  }
  const parsed = lineSchema.safeParse(data)
  if (!parsed.success)
    return { id: idOf(data), error: 'the line is no {"id", "category", "inputs"} with its parts' }
  const { id = null, category, inputs } = parsed.data
  const operation = OPERATIONS.find((each) => each.category === category)
  if (operation === undefined) return { id, error: 'there is no such category' }
  const result = calculate(operation, new CalcInputs(inputs, String(id ?? '')))
  return 'error' in result ? { id, error: result.error } : { id, outputs: result.outputs }
}

function idOf(data: unknown): string | number | null {
  const id = typeof data === 'object' && data !== null && 'id' in data ? data.id : undefined
  return typeof id === 'string' || typeof id === 'number' ? id : null
}

/** The outputs, or why there are none. */
export function calculate(
  operation: Operation,
  inputs: CalcInputs,
): { readonly outputs: CalcOutputs } | { readonly error: string } {
  try {
    return { outputs: operation.run(inputs) }
  } catch (error) {
    if (error instanceof CalcFailure) return { error: error.message }
    // A rule of the functions beneath that no check above foresaw; their messages hold sizes, never values.
    if (error instanceof InvariantError) return { error: error.message }
    throw error
  }
}
