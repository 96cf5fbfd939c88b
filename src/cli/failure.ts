/** The user asked for something that can't be done as asked: one clear line, exit code 2. */
export class UsageFailure extends Error {
  override readonly name = 'UsageFailure'
}

/** The command ran and found something wrong: one clear line, exit code 1. */
export class Finding extends Error {
  override readonly name = 'Finding'
}
