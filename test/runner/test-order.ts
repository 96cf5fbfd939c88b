import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** They take the longest: whoever starts them last waits for them alone. */
const LONG = /\/test\/(e2e|web|crash|load|host\/service|sim)\//

/**
 * What has processes of its own first, and of it the long ones; then what shares processes, without a break, since a
 * process that meets another kind of test ends.
 */
export class TestOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ project, moduleId }: TestSpecification): number =>
      (project.config.isolate ? 0 : 2) + (LONG.test(moduleId) ? 0 : 1)
    return sorted.toSorted((one, other) => rank(one) - rank(other))
  }
}
