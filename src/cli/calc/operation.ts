import type { CalcInputs } from './calc-inputs.ts'

/** Results by name: hexadecimal in upper case, numbers, truth values, lists, and results within results. */
export type CalcValue =
  | string
  | number
  | boolean
  | readonly CalcValue[]
  | { readonly [name: string]: CalcValue }
export type CalcOutputs = { readonly [name: string]: CalcValue }

/** One calculation, for a program by its category and for a person by its options. */
export interface Operation {
  readonly category: string
  readonly zh: string
  readonly en: string
  /** What a person may give: the name, and what it is. */
  readonly inputs: readonly (readonly [name: string, help: string])[]
  /** @throws {CalcFailure} when the inputs do not fit. */
  run(inputs: CalcInputs): CalcOutputs
}

/** The members that have a value. */
export function outputs(members: { readonly [name: string]: CalcValue | undefined }): CalcOutputs {
  const present: { [name: string]: CalcValue } = {}
  for (const [name, value] of Object.entries(members)) if (value !== undefined) present[name] = value
  return present
}
