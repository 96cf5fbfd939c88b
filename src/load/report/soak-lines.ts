import type { MeasureVerdict, SoakVerdict } from '../soak-verdict.ts'

const WORDS: Readonly<Record<MeasureVerdict['verdict'], string>> = {
  steady: 'steady',
  rising: 'RISING',
  falling: 'falling',
  tooFewSamples: 'too few samples',
  notMeasured: 'not measured',
}

/** A soak's verdict for people; no line without a soak. */
export function soakLines(soak: SoakVerdict | undefined): readonly string[] {
  if (soak === undefined) return []
  return [
    '',
    `soak: ${soak.steady ? 'steady' : 'NOT STEADY'}, ${soak.samples.length} samples`,
    ...soak.measures.map((measure) => `  ${measure.words.padEnd(30)} ${measureWords(measure)}`),
  ]
}

/** The verdict on one measure, with its slope where there is one. */
export function measureWords({ name, verdict, test }: MeasureVerdict): string {
  if (test === undefined) return WORDS[verdict]
  const value = (amount: number): string =>
    name.endsWith('Bytes')
      ? `${(amount / 1024 / 1024).toFixed(1)} MB`
      : name.endsWith('Ms')
        ? `${amount.toFixed(2)} ms`
        : amount.toFixed(1)
  const sign = test.growth < 0 ? '−' : '+'
  return `${WORDS[verdict]}: mean ${value(test.mean)}, ${sign}${value(Math.abs(test.growth))} over the soak (p = ${test.probability.toPrecision(2)})`
}
