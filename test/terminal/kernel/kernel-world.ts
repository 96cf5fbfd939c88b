import type { ChipCard } from '../../../hardware/emulator/chip-card/chip-card.ts'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import type { Random } from '../../../src/base/ports.ts'
import { sha1 } from '../../../src/crypto/hash.ts'
import type { Effect, Flow } from '../../../src/terminal/flows/effect.ts'
import type { PinPadAnswer, PinPadCommand } from '../../../src/terminal/flows/peripheral-effect.ts'
import type { Question, QuestionAnswer } from '../../../src/terminal/flows/screen.ts'
import type { EmvTransaction } from '../../../src/terminal/kernel/emv-transaction.ts'
import { defaultKernelConfig, type KernelConfig } from '../../../src/terminal/kernel/kernel-config.ts'
import { countingRandom, testIssuer } from '../../hardware/chip-card/test-cards.ts'

/** What stands around the kernel in a test. Everything answers at once. */
export interface KernelWorld {
  readonly card: Pick<ChipCard, 'transmit'>
  readonly random?: Random
  pinPad?(command: PinPadCommand): PinPadAnswer
  ask?(question: Question): QuestionAnswer
}

export interface Exchange {
  readonly command: string
  readonly response: string
}

export const PIN_BLOCK = fromHex('1122334455667788')

/** Runs a kernel flow to its end; `exchanges` gets each command with its answer, in hexadecimal. */
export function runKernel<T>(world: KernelWorld, flow: Flow<T>, exchanges: Exchange[] = []): T {
  const random = world.random ?? countingRandom(1000)
  let step = flow.next()
  while (step.done !== true) step = flow.next(perform(world, random, step.value, exchanges))
  return step.value
}

function perform(world: KernelWorld, random: Random, effect: Effect, exchanges: Exchange[]): unknown {
  switch (effect.kind) {
    case 'transmit': {
      const bytes = world.card.transmit(effect.apdu)
      exchanges.push({ command: toHex(effect.apdu), response: toHex(bytes) })
      return bytes.length === 0 ? { kind: 'cardRemoved' } : { kind: 'response', bytes }
    }
    case 'random':
      return random.bytes(effect.size)
    case 'pinPad':
      return world.pinPad?.(effect.command) ?? { kind: 'pinEntered', pinBlock: PIN_BLOCK }
    case 'ask':
      return world.ask?.(effect.question) ?? { kind: 'cancelled' }
    case 'display':
      return undefined
    default:
      throw new Error(`the kernel must not ask for ${effect.kind}`)
  }
}

export const CA_KEY = {
  rid: fromHex(testIssuer.rid),
  index: testIssuer.caIndex,
  modulus: testIssuer.ca.modulus,
  exponent: testIssuer.ca.exponent,
} as const

export function testConfig(changes: Partial<KernelConfig> = {}): KernelConfig {
  const identity = {
    country: '156',
    currency: '156',
    terminalId: '10000001',
    merchantId: '001290058120001',
    merchantName: 'TILLWIRE TEST MERCHANT',
    interfaceDeviceSerial: 'TILL0001',
  }
  return { ...defaultKernelConfig(identity, sha1, [CA_KEY]), ...changes }
}

export function testTransaction(changes: Partial<EmvTransaction> = {}): EmvTransaction {
  return {
    transactionType: '00',
    amountMinor: 8800,
    localTime: { year: 2026, month: 11, day: 23, hour: 19, minute: 30, second: 5 },
    sequence: 42,
    amountText: '88.00',
    pinBypassAllowed: true,
    ...changes,
  }
}
