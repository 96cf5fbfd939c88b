import { DEVICE_MUTANTS } from './device-mutants.ts'
import { HOST_MUTANTS } from './host-mutants.ts'
import type { Mutant } from './mutant.ts'
import { TERMINAL_MUTANTS } from './terminal-mutants.ts'

/** Every way in which the product is broken to prove the checkers of the simulated world. */
export const MUTANTS: readonly Mutant[] = [...TERMINAL_MUTANTS, ...HOST_MUTANTS, ...DEVICE_MUTANTS]
