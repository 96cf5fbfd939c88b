import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { ByteStream } from '../../../src/base/ports.ts'
import {
  PrinterSerialStream,
  SerialConnection,
  SerialStream,
} from '../../../src/terminal/adapters/serial-connection.ts'
import { Races } from '../../races.ts'
import { type SerialWorld, useSerialWorld } from './fake-serial-port.ts'

vi.mock('serialport', async () => ({
  SerialPort: (await import('./fake-serial-port.ts')).FakeSerialPort,
}))

/** What a driver that has a stream sees of it. */
interface Seen {
  ends: number
  isOver: boolean
  /** Bytes that came when the stream was over. */
  late: number
  received: number
}

function watch(stream: ByteStream): Seen {
  const seen: Seen = { ends: 0, isOver: false, late: 0, received: 0 }
  stream.listen({
    received: () => {
      seen.received++
      if (seen.isOver) seen.late++
    },
    ended: () => {
      seen.ends++
      seen.isOver = true
    },
  })
  return seen
}

interface Day {
  readonly found: readonly boolean[]
  readonly isPulled: boolean
  readonly isPrinter: boolean
  /** The driver gives a stream up by itself. */
  readonly driverCloses: boolean
}

const day: fc.Arbitrary<Day> = fc.record({
  found: fc.array(fc.boolean(), { maxLength: 5 }),
  isPulled: fc.boolean(),
  isPrinter: fc.boolean(),
  driverCloses: fc.boolean(),
})

describe('a serial connection, whatever comes first', () => {
  it('each stream ends once and says nothing afterwards; closed in any moment, no port stays open', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        day,
        async (scheduler, { found, isPulled, isPrinter, driverCloses }) => {
          const races = new Races(scheduler)
          const world: SerialWorld = { races, found: [...found], isPulled, ports: [] }
          useSerialWorld(world)
          const streams: Seen[] = []
          let isClosed = false
          let afterClose = 0
          let portsAtClose = 0
          const connection = new SerialConnection<SerialStream>({
            path: '/dev/ttyFAKE0',
            baudRate: 115_200,
            clock: races.clock,
            wrap: (port) => (isPrinter ? new PrinterSerialStream(port) : new SerialStream(port)),
            attach: (stream) => {
              if (isClosed) afterClose++
              expect(streams.filter(({ isOver }) => !isOver)).toEqual([])
              const seen = watch(stream)
              streams.push(seen)
              stream.write(Uint8Array.of(7))
              if (driverCloses) races.later('driver closes', () => stream.close())
              races.later('driver writes', () => stream.write(Uint8Array.of(8)))
            },
            detach: () => {
              if (isClosed) afterClose++
            },
          })
          races.later('close', () => {
            isClosed = true
            connection.close()
            portsAtClose = world.ports.length
          })
          await races.settle()
          expect(world.ports.length).toBe(portsAtClose)
          expect(streams.map(({ ends, late }) => ({ ends, late }))).toEqual(
            streams.map(() => ({ ends: 1, late: 0 })),
          )
          expect(afterClose).toBe(0)
          expect(world.ports.filter(({ isOpen, hasHandle }) => isOpen || hasHandle)).toEqual([])
          expect(races.timerCount).toBe(0)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('a device that is there in the end is found, however often its line was lost before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.nat({ max: 6 }), async (scheduler, losses) => {
        const races = new Races(scheduler)
        const world: SerialWorld = {
          races,
          found: Array<boolean>(losses + 1).fill(true),
          isPulled: true,
          ports: [],
        }
        useSerialWorld(world)
        let attached = 0
        const connection = new SerialConnection<SerialStream>({
          path: '/dev/ttyFAKE0',
          baudRate: 115_200,
          clock: races.clock,
          wrap: (port) => new SerialStream(port),
          attach: (stream) => {
            watch(stream)
            attached++
          },
          // After the last one nothing is there any more: enough was seen.
          detach: () => connection.close(),
        })
        await races.settle()
        expect(attached).toBe(losses + 1)
      }),
      { numRuns: 100 },
    )
  })
})
