import type { WorkbenchPort } from '../../host/console/workbench-port.ts'
import { HandRefusal } from '../../workbench/hand-refusal.ts'
import type { Workbench } from '../../workbench/workbench.ts'
import type { WorkbenchState } from '../../workbench/workbench-messages.ts'
import type { BoxedTerminals } from './boxed-terminals.ts'
import { workbenchPort } from './workbench-port.ts'

/** Numbers of slips of different terminals must differ: a browser keeps their pictures. */
const SLIPS_A_TERMINAL = 1_000_000

/** A table with the terminal of the world and those that were unpacked; one of them is before the viewers. */
export function tablePort(first: Workbench, boxes: BoxedTerminals): WorkbenchPort {
  // A board is what somebody came for.
  let shown = boxes.unpacked.findIndex(({ isOnBoard }) => isOnBoard) + 1
  const viewers = new Set<() => void>()
  const benches = (): readonly Workbench[] => [first, ...boxes.unpacked.map(({ workbench }) => workbench)]
  const tellAll = (): void => {
    for (const tell of viewers) tell()
  }
  const watched = new Set<Workbench>()
  const watchNew = (): void => {
    for (const bench of benches()) {
      if (watched.has(bench)) continue
      watched.add(bench)
      bench.watch(tellAll)
    }
  }
  watchNew()
  const port = (): WorkbenchPort => workbenchPort(benches()[shown] ?? first)
  return {
    state(viewer) {
      const state = port().state(viewer) as WorkbenchState
      const pieces = state.printer.pieces.map((each) => ({ ...each, id: each.id + shown * SLIPS_A_TERMINAL }))
      const terminals = benches().map((bench, id) => ({
        id,
        serial: boxes.unpacked[id - 1]?.serial ?? '',
        isOnBoard: boxes.unpacked[id - 1]?.isOnBoard === true,
        tid: bench.state.terminal.tid,
      }))
      return { ...state, printer: { ...state.printer, pieces }, table: { shown, terminals } }
    },
    watch(tell) {
      viewers.add(tell)
      return () => void viewers.delete(tell)
    },
    left: (viewer) => {
      for (const bench of benches()) bench.left(viewer)
    },
    async act(deed, viewer) {
      const { kind, terminal } = deed as { readonly kind?: unknown; readonly terminal?: unknown }
      if (kind === 'show' && Number.isInteger(terminal) && benches()[Number(terminal)] !== undefined) {
        shown = Number(terminal)
        watchNew()
      } else if (kind === 'unpack') {
        try {
          await boxes.unpack()
        } catch (error) {
          if (error instanceof HandRefusal) return { refused: error.text }
          throw error
        }
        shown = boxes.unpacked.length
        watchNew()
      } else return port().act(deed, viewer)
      tellAll()
      return { refused: undefined }
    },
    paper: (id) => benches()[Math.floor(id / SLIPS_A_TERMINAL)]?.paper(id % SLIPS_A_TERMINAL),
  }
}
