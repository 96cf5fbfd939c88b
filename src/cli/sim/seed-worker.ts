import { performance } from 'node:perf_hooks'
import { runSeeds, type SeedsOptions, type SeedsReport } from '../../../sim/seeds.ts'

/** A process of `tillwire sim`: runs its share of the seeds and writes its report as a line of JSON every second. */
const orders = JSON.parse(process.argv[2] ?? '{}') as Omit<SeedsOptions, 'goOn'>
const TELL_MS = 1000

process.on('unhandledRejection', (error) => {
  throw error
})

const tell = (report: SeedsReport): void => {
  process.stdout.write(`${JSON.stringify(report)}\n`)
}

let toldMs = performance.now()
tell(
  runSeeds(
    {
      ...orders,
      goOn: (report) => {
        if (performance.now() - toldMs > TELL_MS) {
          toldMs = performance.now()
          tell(report)
        }
        return true
      },
    },
    () => performance.now(),
  ),
)
