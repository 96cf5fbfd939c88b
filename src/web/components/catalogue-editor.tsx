import type {
  CatalogueFaultView,
  CatalogueOverview,
  CatalogueSetName,
} from '../../host/console/api-types/catalogue.ts'
import { type Text, t } from '../state/language.ts'
import { EntriesEditor } from './entries-editor.tsx'
import { CheckField, SelectField, TextAreaField } from './field.tsx'
import { faultAt, ValuesEditor } from './value-editor.tsx'

export type Content = Readonly<Record<string, unknown>>

const FORM_NAMES: Readonly<Record<string, Text>> = {
  fixed: { zh: '定长（每项 14 位，补空格）', en: 'fixed: 14 places each' },
  variable: { zh: '变长', en: 'variable: as long as they are' },
  text: { zh: '文本（标签、长度、值）', en: 'text' },
  binary: { zh: '二进制 TLV', en: 'binary objects' },
}

interface CatalogueEditorProps {
  readonly set: CatalogueSetName
  readonly overview: CatalogueOverview
  readonly isOverride: boolean
  readonly content: Content
  readonly faults: readonly CatalogueFaultView[]
  readonly onChange: (content: Content) => void
}

/** The content of one set, to be edited. What is right is for the host to say. */
export function CatalogueEditor({
  set,
  overview,
  isOverride,
  content,
  faults,
  onChange,
}: CatalogueEditorProps) {
  const put = (key: string, value: unknown): void => {
    const { [key]: _, ...others } = content
    onChange(value === undefined ? others : { ...others, [key]: value })
  }
  const unset = isOverride
    ? t({ zh: '与全部终端相同', en: 'as for all' })
    : t({ zh: '不下发', en: 'not sent' })
  const definitions = overview.definitions[set] ?? []
  const forms = overview.forms[set] ?? []
  return (
    <div class="stack">
      <FormField
        forms={forms}
        value={content['form']}
        unset={isOverride ? unset : undefined}
        onChange={(form) => put('form', form)}
      />
      {(set === 'parameters' || set === 'contactless') && (
        <ValuesEditor
          definitions={definitions}
          values={(content['values'] ?? {}) as Readonly<Record<string, string>>}
          unset={unset}
          faults={faults}
          onChange={(values) => put('values', values)}
        />
      )}
      {set === 'blacklist' && (
        <TextAreaField
          label={t({ zh: '卡号段，每行一个', en: 'First digits of cards, one a line' })}
          value={((content['prefixes'] ?? []) as readonly string[]).join('\n')}
          hint={t({
            zh: '3 到 14 位数字；终端拒绝以此开头的卡。',
            en: '3 to 14 digits; cards that begin so are refused.',
          })}
          wrong={faultAt(faults, 'prefixes') ?? firstBelow(faults, 'prefixes.')}
          onInput={(text) => put('prefixes', linesOf(text, isOverride))}
        />
      )}
      {set === 'caKeys' && (
        <CheckField
          label={t({
            zh: '包括主机自有测试机构的公钥',
            en: "The keys of the host's own test authorities too",
          })}
          checked={content['own'] === true}
          onChange={(own) => put('own', own)}
        />
      )}
      {(set === 'caKeys' || set === 'applications') && (
        <EntriesEditor
          definitions={definitions}
          list={(content['list'] ?? []) as readonly Content[]}
          nameOf={(entry) =>
            set === 'applications'
              ? String(entry['aid'] ?? '')
              : `${entry['rid'] ?? ''} ${entry['index'] ?? ''}`
          }
          fresh={overview.fresh[set]}
          faults={faults}
          onChange={(list) => put('list', list)}
        />
      )}
    </div>
  )
}

/** How field 62 is written; nothing where there is one way only. */
function FormField({
  forms,
  value,
  unset,
  onChange,
}: {
  readonly forms: readonly string[]
  readonly value: unknown
  readonly unset: string | undefined
  readonly onChange: (form: string | undefined) => void
}) {
  if (forms.length === 0) return null
  const options = forms.map((each) => ({
    value: each,
    text: FORM_NAMES[each] === undefined ? each : t(FORM_NAMES[each]),
  }))
  return (
    <SelectField
      label={t({ zh: '报文格式', en: 'Form of the message' })}
      value={String(value ?? '')}
      options={unset === undefined ? options : [{ value: '', text: unset }, ...options]}
      onChange={(form) => onChange(form === '' ? undefined : form)}
    />
  )
}

function firstBelow(faults: readonly CatalogueFaultView[], start: string): string | undefined {
  const fault = faults.find(({ path }) => path.startsWith(start))
  return fault === undefined ? undefined : t(fault)
}

/** Without a line, an override says nothing. */
function linesOf(text: string, isOverride: boolean): readonly string[] | undefined {
  const lines = text.split(/\r?\n/)
  return isOverride && text.trim() === '' ? undefined : lines
}
