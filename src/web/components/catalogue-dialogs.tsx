import { useSignal } from '@preact/signals'
import type {
  CatalogueChangeView,
  CatalogueCheck,
  CatalogueSaved,
  CatalogueSetName,
  CatalogueVersionView,
} from '../../host/console/api-types/catalogue.ts'
import { post, put } from '../state/api.ts'
import { t } from '../state/language.ts'
import { say } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'
import { Dialog, FormDialog } from './dialog.tsx'
import { TextField } from './field.tsx'
import { Table } from './table.tsx'

export function ChangesTable({ changes }: { readonly changes: readonly CatalogueChangeView[] | undefined }) {
  return (
    <Table
      label={t({ zh: '修改', en: 'Changes' })}
      rows={changes}
      keyOf={({ key }) => key}
      placeholders={2}
      empty={t({ zh: '没有修改。', en: 'Nothing changes.' })}
      columns={[
        {
          key: 'what',
          title: t({ zh: '内容', en: 'What' }),
          cell: ({ key, name }) => (
            <>
              <code>{key}</code> {t(name)}
            </>
          ),
        },
        { key: 'from', title: t({ zh: '现在', en: 'From' }), cell: ({ from }) => <code>{from ?? '–'}</code> },
        { key: 'to', title: t({ zh: '改为', en: 'To' }), cell: ({ to }) => <code>{to ?? '–'}</code> },
      ]}
    />
  )
}

function told({ version, count }: CatalogueSaved): void {
  say({
    zh: `已保存为版本 ${version}；${count} 台终端将在当前交易后下载。`,
    en: `Saved as version ${version}; ${count} terminals load it after their current transaction.`,
  })
}

interface SaveDialogProps {
  readonly set: CatalogueSetName
  readonly scope: string
  readonly version: number
  readonly content: object
  readonly changes: readonly CatalogueChangeView[]
  /** Rejects with what the reader is told. */
  readonly onRefused: (error: unknown) => void
  readonly onDone: () => void
  readonly onClose: () => void
}

/** What is about to change, and why. */
export function SaveDialog({
  set,
  scope,
  version,
  content,
  changes,
  onRefused,
  onDone,
  onClose,
}: SaveDialogProps) {
  const note = useSignal('')
  return (
    <FormDialog
      wide
      title={t({ zh: '核对修改', en: 'Review the changes' })}
      submit={{ zh: '保存为新版本', en: 'Save as a new version' }}
      onClose={onClose}
      onSubmit={async () => {
        try {
          told(
            await put<CatalogueSaved>(`/api/catalogue/${set}`, { scope, version, content, note: note.value }),
          )
        } catch (error) {
          onRefused(error)
          throw error
        }
        onDone()
      }}
    >
      <ChangesTable changes={changes} />
      <TextField
        label={t({ zh: '说明', en: 'Why' })}
        value={note.value}
        maxLength={200}
        onInput={(text) => (note.value = text)}
      />
    </FormDialog>
  )
}

/** What one version changed, and the way back to it. */
export function VersionDialog({
  shown,
  now,
  mayChange,
  onDone,
  onClose,
}: {
  readonly shown: CatalogueVersionView
  /** The version that stands now. */
  readonly now: number
  readonly mayChange: boolean
  readonly onDone: () => void
  readonly onClose: () => void
}) {
  const { set, scope, version } = shown
  const path = `/api/catalogue/${set}/versions/${version}?${new URLSearchParams({ scope })}`
  const { data } = useData<Pick<CatalogueCheck, 'changes'>>(path)
  const title = t({ zh: `版本 ${version} 的修改`, en: `What version ${version} changed` })
  const isBuiltIn = shown.atMs === null
  const body = isBuiltIn ? (
    <p>{t({ zh: '这是内置的内容。', en: 'This is what is built in.' })}</p>
  ) : (
    <ChangesTable changes={data?.changes} />
  )
  if (!mayChange || version === now)
    return (
      <Dialog wide title={title} onClose={onClose}>
        {body}
      </Dialog>
    )
  return (
    <FormDialog
      wide
      title={title}
      submit={{ zh: `恢复到版本 ${version}`, en: `Go back to version ${version}` }}
      onClose={onClose}
      onSubmit={async () => {
        told(
          await post<CatalogueSaved>(`/api/catalogue/${set}/rollback`, { scope, version: now, to: version }),
        )
        onDone()
      }}
    >
      {body}
    </FormDialog>
  )
}
