import type { SeededRandom } from '../../sim/world/seeded-random.ts'

/** An input that is a list of steps, each one a size byte and so many bytes behind it. */
export function joinSteps(head: readonly number[], steps: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from([
    ...head,
    ...steps.flatMap((step) => [Math.min(255, step.length), ...step.subarray(0, 255)]),
  ])
}

/** The steps of an input behind a head of `headSize` bytes. */
export function splitSteps(input: Uint8Array, headSize: number): readonly Uint8Array[] {
  const steps: Uint8Array[] = []
  for (let at = headSize; at < input.length; ) {
    const size = input[at] ?? 0
    steps.push(Uint8Array.from(input.subarray(at + 1, at + 1 + size)))
    at += 1 + size
  }
  return steps
}

/** Takes steps out, doubles, moves or changes them, and puts new ones of `make` in. */
export function changeSteps(
  input: Uint8Array,
  headSize: number,
  random: SeededRandom,
  make: (random: SeededRandom) => Uint8Array,
): Uint8Array {
  const steps = [...splitSteps(input, headSize)]
  for (let left = random.between(1, 3); left > 0; left--) {
    const at = random.below(steps.length + 1)
    const step = steps[at]
    switch (random.below(6)) {
      case 0:
        steps.splice(at, 1)
        break
      case 1:
        if (step !== undefined) steps.splice(random.below(steps.length), 0, step)
        break
      case 2:
        if (step !== undefined && step.length > 0) {
          const changed = Uint8Array.from(step)
          changed[random.below(changed.length)] = random.below(256)
          steps[at] = changed
        }
        break
      default:
        steps.splice(at, random.below(2), make(random))
    }
  }
  const head = Array.from({ length: headSize }, (_, index) =>
    random.chance(100) ? random.below(256) : (input[index] ?? 0),
  )
  return joinSteps(head, steps)
}
