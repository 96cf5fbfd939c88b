/** Why something could not be calculated: one sentence, without any of the inputs' values. */
export class CalcFailure extends Error {
  override readonly name = 'CalcFailure'
}
