import { workerData } from 'node:worker_threads'
import { StoreError } from '../core/store-port.ts'
import { openSecurityModule } from '../security-module/software-security-module.ts'
import type { DeskAnswer, DeskCall, DeskPart, DeskWorkerData } from './desk-calls.ts'
import { PostgresDesk } from './postgres-desk.ts'
import { codeOf } from './postgres-errors.ts'
import { readPostgresAddress } from './postgres-place.ts'

// The thread that asks a shared database for a thread that waits: one call after the other.

const { address, directory, port, answered } = workerData as DeskWorkerData
let desk: PostgresDesk | undefined

async function perform({ part, name, given }: DeskCall): Promise<unknown> {
  if (part === 'desk' && name === 'open') {
    const security = openSecurityModule({ directory, hasWrappedKeys: true })
    desk = await PostgresDesk.open(readPostgresAddress(address), (data) => security.auditTag(data))
    return undefined
  }
  if (desk === undefined) throw new StoreError('the store is not open')
  const target = partOf(desk, part) as Record<string, (...given: readonly unknown[]) => Promise<unknown>>
  const call = target[name]
  if (call === undefined) throw new Error(`a desk has no ${part}.${name}`)
  return call.apply(target, [...given])
}

function partOf(open: PostgresDesk, part: DeskPart): unknown {
  return part === 'desk' ? open : open[part]
}

async function answer(call: DeskCall): Promise<DeskAnswer> {
  try {
    return { ok: true, value: await perform(call) }
  } catch (error) {
    return {
      ok: false,
      message: error instanceof Error ? error.message : 'unknown reason',
      kind: error instanceof StoreError ? error.kind : undefined,
      code: codeOf(error),
    }
  }
}

port.on('message', (call: DeskCall) => {
  void answer(call).then((said) => {
    port.postMessage(said)
    // Whoever waits without an event loop is woken once its answer is there.
    Atomics.add(answered, 0, 1)
    Atomics.notify(answered, 0)
  })
})
