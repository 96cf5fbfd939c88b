import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Factory, openFactory } from '../../hardware/emulator/factory.ts'
import { certifyPad } from '../../hardware/emulator/pad-certificate.ts'
import type { PadMemoryContent } from '../../hardware/emulator/pad-memory.ts'
import { KeyDistribution } from '../../src/host/security-module/key-distribution.ts'
import {
  openSecurityModule,
  type SoftwareSecurityModule,
} from '../../src/host/security-module/software-security-module.ts'
import { PAD_MEMORY } from './virtual-board.ts'

/** Noon of the day on which virtual boards stand. */
export const NOW_MS = Date.UTC(2026, 0, 2, 12)
export const YEAR_MS = 366 * 86_400_000

/** A manufacturer, a host that it certified, and a certified pad's memory; made once for a test file. */
export interface KeyLoadingWorld {
  readonly directory: string
  readonly factory: Factory
  readonly security: SoftwareSecurityModule
  readonly distribution: KeyDistribution
  readonly padMemory: PadMemoryContent
  /** Another certified pad of the same factory, or of another one. */
  newPad(serialNumber: string, factory?: Factory): Promise<PadMemoryContent>
  close(): void
}

export async function openKeyLoadingWorld(nowMs: () => number = () => NOW_MS): Promise<KeyLoadingWorld> {
  const directory = mkdtempSync(join(tmpdir(), 'tillwire-key-loading-'))
  const factory = await openFactory(join(directory, 'factory'), () => NOW_MS)
  const security = openSecurityModule({ directory })
  const distribution = new KeyDistribution({ directory, security, nowMs })
  const request = await distribution.certificateRequest('test host')
  distribution.certified(await factory.certifySender(request), factory.root)
  const newPad = async (serialNumber: string, by = factory): Promise<PadMemoryContent> => {
    const memory = {
      content: { ...PAD_MEMORY, serialNumber },
      save(content: PadMemoryContent) {
        this.content = content
      },
    }
    await certifyPad(memory, by)
    return memory.content
  }
  return {
    directory,
    factory,
    security,
    distribution,
    padMemory: await newPad(PAD_MEMORY.serialNumber),
    newPad,
    close: () => rmSync(directory, { recursive: true, force: true }),
  }
}
