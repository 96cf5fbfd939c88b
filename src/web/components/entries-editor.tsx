import type { CatalogueFaultView, ValueDefinitionView } from '../../host/console/api-types/catalogue.ts'
import { t } from '../state/language.ts'
import { Button } from './button.tsx'
import { faultAt, ValueField } from './value-editor.tsx'

type Entry = Readonly<Record<string, unknown>>

interface EntriesEditorProps {
  readonly definitions: readonly ValueDefinitionView[]
  readonly list: readonly Entry[]
  /** Members that name an entry. */
  readonly nameOf: (entry: Entry) => string
  readonly fresh: Entry
  readonly faults: readonly CatalogueFaultView[]
  readonly onChange: (list: readonly Entry[]) => void
}

/** Applications, or keys: each unfolds into its members. */
export function EntriesEditor({ definitions, list, nameOf, fresh, faults, onChange }: EntriesEditorProps) {
  const put = (index: number, entry: Entry): void =>
    onChange(list.map((each, at) => (at === index ? entry : each)))
  return (
    <div class="stack">
      {list.map((entry, index) => {
        const isWrong = faults.some(({ path }) => path.startsWith(`list.${index}`))
        return (
          <details key={index} open={isWrong || nameOf(entry).trim() === ''}>
            <summary>
              <code>{nameOf(entry) || t({ zh: '新的一项', en: 'a new one' })}</code>
            </summary>
            <div class="grid two">
              {definitions.map((definition) => (
                <ValueField
                  key={definition.key}
                  definition={definition}
                  value={textOf(entry[definition.key])}
                  unset={definition.isOptional === true ? t({ zh: '不下发', en: 'not sent' }) : undefined}
                  wrong={faultAt(faults, `list.${index}.${definition.key}`)}
                  onChange={(text) =>
                    put(index, { ...entry, [definition.key]: memberOf(definition, text ?? '') })
                  }
                />
              ))}
            </div>
            <div class="row end">
              <Button kind="danger" onClick={() => onChange(list.filter((_, at) => at !== index))}>
                {t({ zh: '删除', en: 'Remove' })}
              </Button>
            </div>
          </details>
        )
      })}
      <div>
        <Button onClick={() => onChange([...list, fresh])}>{t({ zh: '添加', en: 'Add one' })}</Button>
      </div>
    </div>
  )
}

function textOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? '1' : '0'
  return String(value ?? '')
}

/** As the API has it: flags and numbers are no texts there. What is no number stays a text, and is told of. */
function memberOf({ rule }: ValueDefinitionView, text: string): unknown {
  if (rule.kind === 'flag') return text === '1'
  if (rule.kind === 'number' && /^\d+$/.test(text)) return Number(text)
  return rule.kind === 'hex' ? text.toUpperCase().replace(/\s/g, '') : text
}
