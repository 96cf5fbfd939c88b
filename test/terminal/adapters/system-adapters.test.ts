import { scryptSync } from 'node:crypto'
import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { asciiToBytes, toHex } from '../../../src/base/bytes.ts'
import { DiskSpace } from '../../../src/terminal/adapters/disk-space.ts'
import { scryptHasher } from '../../../src/terminal/adapters/scrypt-hasher.ts'
import { SystemClock } from '../../../src/terminal/adapters/system-clock.ts'
import { systemRandom } from '../../../src/terminal/adapters/system-random.ts'
import { systemSha1 } from '../../../src/terminal/adapters/system-sha1.ts'

describe('the clock', () => {
  it('fires at or after its time, in order, and not when it was cancelled', async () => {
    const clock = new SystemClock()
    const fired: string[] = []
    const start = clock.nowMs()
    clock.schedule(start + 1, () => fired.push('cancelled'))()
    // The soonest first: a processor that is taken away in between makes all of them due at once.
    await new Promise<void>((done) => {
      clock.schedule(start - 100, () => fired.push('past'))
      clock.schedule(start + 5, () => fired.push(clock.nowMs() >= start + 5 ? 'early' : 'too early'))
      clock.schedule(start + 20, () => {
        fired.push('late')
        done()
      })
    })
    expect(fired).toEqual(['past', 'early', 'late'])
    expect(clock.nowMs()).toBeGreaterThanOrEqual(start + 20)
  })

  it('is set by an offset that is told, and leaves the monotonic side alone', () => {
    const told: number[] = []
    const clock = new SystemClock(0, (offset) => told.push(offset))
    const wanted = { year: 2031, month: 12, day: 31, hour: 23, minute: 58, second: 1 }
    const before = clock.nowMs()
    clock.setLocalTime(wanted)
    expect(clock.nowMs() - before).toBeLessThan(10_000)
    const [offsetMs = 0] = told
    expect(clock.offsetMs).toBe(offsetMs)
    const again = new SystemClock(offsetMs).localTime()
    expect({ ...again, second: 0 }).toEqual({ ...wanted, second: 0 })
    expect(Math.abs(again.second - wanted.second)).toBeLessThan(30)
  })
})

describe('randomness, passwords and disk', () => {
  it('random bytes are fresh', () => {
    expect(systemRandom.bytes(16)).toHaveLength(16)
    expect(systemRandom.bytes(16)).not.toEqual(systemRandom.bytes(16))
    expect(systemRandom.bytes(4).constructor).toBe(Uint8Array)
  })

  it('SHA-1 is that of FIPS 180-4, example "abc"', () => {
    expect(toHex(systemSha1(asciiToBytes('abc')))).toBe('A9993E364706816ABA3E25717850C26C9CD0D89D')
  })

  it('passwords are hashed by scrypt with the parameters that are stored by', async () => {
    const salt = new Uint8Array(16).fill(3)
    const derive = (password: string) =>
      new Promise<Uint8Array>((done) => scryptHasher.derive(password, salt, done))
    const expected = new Uint8Array(
      scryptSync('123456', salt, 32, { N: 32_768, r: 8, p: 3, maxmem: 2 ** 26 }),
    )
    expect(await derive('123456')).toEqual(expected)
    expect(await derive('密码é')).toEqual(await derive('密码e\u0301'))
  })

  it('free space is that of the folder, and a folder that can not be asked has none', async () => {
    const free = (folder: string) => new Promise<number>((done) => new DiskSpace(folder).freeBytes(done))
    expect(await free(tmpdir())).toBeGreaterThan(0)
    expect(await free('/no/such/folder')).toBe(0)
  })
})
