import { join } from 'node:path'
import { PlannedSoftware, SOFTWARE_PLAN, type SoftwarePlan } from '../estate/planned-software.ts'
import type { RateBook } from '../estate/rate-book.ts'
import { writePrivateFile } from '../security-module/private-file.ts'
import type { OfficeCopy } from '../store/postgres-office.ts'

const EVERY_MS = 2000
const PLAN = 'software-plan.json'
const RATES = 'rates.json'

/**
 * What the back office of a shared database hands to each host: rates, and the package of a roll-out that runs. Looked for once
 * in a while; while the store is away, the host goes on with what it has.
 */
export class OfficeFiles {
  readonly software = new PlannedSoftware()
  readonly #office: Pick<OfficeCopy, 'files' | 'file'>
  readonly #directory: string
  readonly #rates: RateBook
  readonly #known = new Map<string, string>()
  readonly #timer: NodeJS.Timeout
  #looking: Promise<void> = Promise.resolve()
  /** While the store hangs, the next look does not wait behind this one. */
  #isLooking = false

  constructor(
    office: Pick<OfficeCopy, 'files' | 'file'>,
    directory: string,
    rates: RateBook,
    everyMs = EVERY_MS,
  ) {
    this.#office = office
    this.#directory = directory
    this.#rates = rates
    this.#timer = setInterval(() => {
      if (!this.#isLooking) void this.look()
    }, everyMs)
    this.#timer.unref()
  }

  /** Never rejects: the next look finds what this one missed. */
  look(): Promise<void> {
    this.#isLooking = true
    const looking = this.#looking.then(() => this.#look()).catch(() => {})
    this.#looking = looking.then(() => {
      this.#isLooking = false
    })
    return this.#looking
  }

  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  async #look(): Promise<void> {
    const files = new Map((await this.#office.files()).map(({ name, digest }) => [name, digest]))
    await this.#take(files, RATES, (body) => {
      writePrivateFile(join(this.#directory, RATES), body)
      this.#rates.reload()
    })
    await this.#take(files, PLAN, async (body) => {
      const plan = SOFTWARE_PLAN.nullable().parse(JSON.parse(new TextDecoder().decode(body))) ?? undefined
      this.software.follow(plan, plan === undefined ? undefined : await this.#packageOf(plan))
    })
  }

  async #packageOf({ id }: SoftwarePlan): Promise<Uint8Array | undefined> {
    return this.#office.file(`packages/${id}.twpk`)
  }

  /** What is new of `name`; it counts as known once it was used. */
  async #take(
    files: ReadonlyMap<string, string>,
    name: string,
    use: (body: Uint8Array) => void | Promise<void>,
  ): Promise<void> {
    const digest = files.get(name)
    if (digest === undefined || this.#known.get(name) === digest) return
    const body = await this.#office.file(name)
    if (body === undefined) return
    await use(body)
    this.#known.set(name, digest)
  }
}
