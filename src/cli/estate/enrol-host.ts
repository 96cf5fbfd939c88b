import { type Factory, FactoryError, openFactory } from '../../../hardware/emulator/factory.ts'
import type { KeyDistribution } from '../../host/security-module/key-distribution.ts'
import { UsageFailure } from '../failure.ts'

/** The factory in `directory`, built when there is none. @throws {UsageFailure} */
export async function factoryAt(directory: string): Promise<Factory> {
  try {
    return await openFactory(directory)
  } catch (error) {
    throw error instanceof FactoryError ? new UsageFailure(error.message) : error
  }
}

/** The manufacturer certifies the host as a sender of keys, and the host believes its pads. Rejects with `SecurityModuleError`. */
export async function enrolHost(distribution: KeyDistribution, factory: Factory): Promise<void> {
  const request = await distribution.certificateRequest('Tillwire host')
  distribution.certified(await factory.certifySender(request), factory.root)
}
