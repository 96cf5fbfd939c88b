import type { FaultKind } from '../plan/fault-kinds.ts'
import { PHONE_DEEDS } from '../scenario/deeds.ts'
import { faultWords } from '../scenario/fault-phrase.ts'
import type { Scenario } from '../scenario/scenario.ts'

const TORN = 'a write that is torn in the middle can not be provoked on a real disk'
const FULL = 'a real disk is not filled'
const CLOCK = "the machine's clock is left alone"

/** What only the simulated world can do. */
const NOT_REAL: { readonly [kind in FaultKind]?: string } = {
  crashHostInCommit: TORN,
  cutPowerInAppend: TORN,
  hostDiskFull: FULL,
  terminalDiskFull: FULL,
  storageLow: FULL,
  hostClockJump: CLOCK,
  terminalClockJump: CLOCK,
}

const NOT_OURS: readonly FaultKind[] = ['crashHostBeforeCommit', 'crashHostAfterCommit', 'restartHost']

/** Why `scenario` can't run over real lines, or against a host that is somebody else's; undefined when it can. */
export function notProvokable({ hosts, steps }: Scenario, hostIs: 'own' | 'foreign'): string | undefined {
  if (hosts === 2) return 'two hosts on one set of books are only simulated'
  for (const { deed, faults } of steps) {
    if (PHONE_DEEDS.includes(deed)) return `"${deed}": the customer with a phone is only simulated`
    for (const { kind } of faults) {
      const reason = NOT_REAL[kind]
      if (reason !== undefined) return `"${faultWords(kind)}": ${reason}`
      if (hostIs === 'foreign' && NOT_OURS.includes(kind))
        return `"${faultWords(kind)}": the host is somebody else's`
    }
  }
  return undefined
}
