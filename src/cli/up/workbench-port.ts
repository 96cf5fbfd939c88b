import { z } from 'zod'
import type { WorkbenchPort } from '../../host/console/workbench-port.ts'
import { HandRefusal } from '../../workbench/hand-refusal.ts'
import type { Workbench } from '../../workbench/workbench.ts'
import { WORKBENCH_DEED } from '../../workbench/workbench-messages.ts'

/** The workbench as the console sees it. */
export function workbenchPort(workbench: Workbench): WorkbenchPort {
  return {
    state: (viewer) => workbench.stateFor(viewer),
    watch: (tell) => workbench.watch(() => tell()),
    left: (viewer) => workbench.left(viewer),
    async act(deed, viewer) {
      const parsed = z.safeParse(WORKBENCH_DEED, deed)
      if (!parsed.success) return undefined
      try {
        await workbench.act(parsed.data, viewer)
        return { refused: undefined }
      } catch (error) {
        if (error instanceof HandRefusal) return { refused: error.text }
        throw error
      }
    },
    paper: (id) => workbench.paper(id),
  }
}
