import type { WorkbenchState } from '../../workbench/workbench-messages.ts'
import { Button } from '../components/button.tsx'
import { t } from '../state/language.ts'
import { act } from './use-workbench.ts'

/** Which terminal of the table is looked at; a new one comes in a box, with its serial number on it. */
export function TerminalChoice({ table }: { readonly table: NonNullable<WorkbenchState['table']> }) {
  return (
    <div class="row terminal-choice">
      {table.terminals.map(({ id, serial, tid, isOnBoard }) => (
        <button
          key={id}
          type="button"
          class="button"
          aria-pressed={id === table.shown}
          onClick={() => act({ kind: 'show', terminal: id })}
        >
          {tid === '' ? t({ zh: '新终端', en: 'New terminal' }) : tid}
          {isOnBoard && <span class="quiet">{t({ zh: '主板', en: 'on the board' })}</span>}
          {serial !== '' && <code class="quiet">{serial}</code>}
        </button>
      ))}
      <Button onClick={() => act({ kind: 'unpack' })}>
        {t({ zh: '拆开一台新终端', en: 'Unpack a new terminal' })}
      </Button>
    </div>
  )
}
