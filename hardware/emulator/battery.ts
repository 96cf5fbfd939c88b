import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A battery that is drained and charged by hand; its folder looks as Linux shows a battery. It keeps its charge over restarts. */
export class Battery {
  readonly folder: string
  #percent: number
  #isCharging: boolean

  constructor(folder: string) {
    this.folder = folder
    mkdirSync(folder, { recursive: true })
    const percent = Number(this.#read('capacity') ?? '100')
    this.#percent = Number.isInteger(percent) && percent >= 0 && percent <= 100 ? percent : 100
    this.#isCharging = (this.#read('status') ?? 'Full') !== 'Discharging'
    this.#write()
  }

  /** 0 to 100. */
  get percent(): number {
    return this.#percent
  }

  /** It stands in its cradle. */
  get isCharging(): boolean {
    return this.#isCharging
  }

  /** `percent`: 0 to 100. What is not given stays. */
  change({
    percent = this.#percent,
    isCharging = this.#isCharging,
  }: {
    readonly percent?: number | undefined
    readonly isCharging?: boolean | undefined
  }): void {
    this.#percent = Math.min(100, Math.max(0, Math.round(percent)))
    this.#isCharging = isCharging
    this.#write()
  }

  #read(name: string): string | undefined {
    try {
      return readFileSync(join(this.folder, name), 'utf8').trim()
    } catch {
      return undefined
    }
  }

  #write(): void {
    const charged = this.#percent === 100 ? 'Full' : 'Charging'
    this.#put('capacity', String(this.#percent))
    this.#put('status', this.#isCharging ? charged : 'Discharging')
  }

  /** Whoever reads meanwhile sees the old or the new. */
  #put(name: string, value: string): void {
    const path = join(this.folder, name)
    writeFileSync(`${path}.new`, `${value}\n`)
    renameSync(`${path}.new`, path)
  }
}
