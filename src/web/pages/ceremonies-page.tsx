import { useSignal } from '@preact/signals'
import type { CeremonyView, ComponentPageView } from '../../host/console/api-types/estate.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { Dialog, FormDialog } from '../components/dialog.tsx'
import { CEREMONY_STATES, NamedBadge } from '../components/estate-badges.tsx'
import { TextField } from '../components/field.tsx'
import { Problem } from '../components/problem.tsx'
import { Table } from '../components/table.tsx'
import { post } from '../state/api.ts'
import { formatDateTime, t } from '../state/language.ts'
import { may } from '../state/session.ts'
import { say, sayProblem } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'

/** Master keys in three components: made, printed for three people, entered, put in use. */
export function CeremoniesPage() {
  const { data, problem, reload } = useData<readonly CeremonyView[]>('/api/estate/ceremonies', ['estate'])
  const opened = useSignal<'new' | CeremonyView | undefined>(undefined)
  const page = useSignal<ComponentPageView | undefined>(undefined)
  const mayBegin = may(['administrator'])
  const close = (): void => {
    opened.value = undefined
    reload()
  }
  const print = (id: number, position: number): void => {
    post<ComponentPageView>(`/api/estate/ceremonies/${id}/components/${position}`).then((answer) => {
      page.value = answer
      reload()
    }, sayProblem)
  }
  return (
    <>
      {problem !== undefined && <Problem text={problem} onRetry={reload} />}
      <Card
        title={t({ zh: '密钥仪式', en: 'Key ceremonies' })}
        flush
        actions={
          mayBegin && (
            <Button kind="primary" onClick={() => (opened.value = 'new')}>
              {t({ zh: '开始', en: 'Begin' })}
            </Button>
          )
        }
      >
        <p class="quiet padded">
          {t({
            zh: '主密钥在安全模块内生成，分三个分量，由三人各打印一页，只显示一次。在终端上由三人输入后，按终端显示的校验值启用。每一步都需要动态口令。',
            en: 'The master key is made in the security module, in three components. Three people print a page each, once. When three people have typed them at the terminal, the check value on its screen puts the key in use. Each step needs a second factor.',
          })}
        </p>
        <Table
          label={t({ zh: '密钥仪式', en: 'Key ceremonies' })}
          rows={data}
          keyOf={({ id }) => id}
          empty={t({ zh: '还没有密钥仪式。', en: 'No key ceremony yet.' })}
          columns={[
            { key: 'id', title: '#', number: true, cell: ({ id }) => id },
            { key: 'tid', title: t({ zh: '终端', en: 'Terminal' }), cell: ({ tid }) => <code>{tid}</code> },
            {
              key: 'state',
              title: t({ zh: '状态', en: 'State' }),
              cell: ({ state }) => <NamedBadge names={CEREMONY_STATES} value={state} />,
            },
            {
              key: 'kcv',
              title: t({ zh: '校验值', en: 'Check value' }),
              cell: ({ checkValue }) => <code>{checkValue}</code>,
            },
            {
              key: 'components',
              title: t({ zh: '分量', en: 'Components' }),
              cell: (ceremony) => <Components ceremony={ceremony} onPrint={print} />,
            },
            {
              key: 'at',
              title: t({ zh: '开始', en: 'Begun' }),
              cell: ({ createdAtMs }) => formatDateTime(createdAtMs),
            },
            {
              key: 'do',
              title: t({ zh: '下一步', en: 'Next step' }),
              cell: (ceremony) =>
                mayBegin &&
                ceremony.state === 'printed' && (
                  <Button onClick={() => (opened.value = ceremony)}>
                    {t({ zh: '启用', en: 'Put in use' })}
                  </Button>
                ),
            },
          ]}
        />
      </Card>
      {opened.value === 'new' && <BeginDialog onClose={close} />}
      {opened.value !== undefined && opened.value !== 'new' && (
        <UseDialog ceremony={opened.value} onClose={close} />
      )}
      {page.value !== undefined && <PageDialog page={page.value} onClose={() => (page.value = undefined)} />}
    </>
  )
}

function Components({
  ceremony: { id, state, components },
  onPrint,
}: {
  readonly ceremony: CeremonyView
  readonly onPrint: (id: number, position: number) => void
}) {
  return (
    <span class="row">
      {components.map(({ position, custodian }) =>
        custodian === null && state === 'open' ? (
          <Button
            key={position}
            onClick={() => onPrint(id, position)}
            label={t({ zh: `打印分量 ${position}`, en: `Print component ${position}` })}
          >
            {t({ zh: `打印 ${position}`, en: `Print ${position}` })}
          </Button>
        ) : (
          <span key={position} class="quiet">
            {position}: {custodian ?? '–'}
          </span>
        ),
      )}
    </span>
  )
}

function BeginDialog({ onClose }: { readonly onClose: () => void }) {
  const tid = useSignal('')
  return (
    <FormDialog
      title={t({ zh: '开始密钥仪式', en: 'Begin a key ceremony' })}
      submit={{ zh: '生成密钥', en: 'Make the key' }}
      onClose={onClose}
      onSubmit={async () => {
        await post('/api/estate/ceremonies', { tid: tid.value.trim() })
        onClose()
      }}
    >
      <TextField
        label={t({ zh: '终端号', en: 'Terminal' })}
        value={tid.value}
        onInput={(text) => (tid.value = text)}
        maxLength={8}
        required
        autoFocus
      />
    </FormDialog>
  )
}

function UseDialog({ ceremony, onClose }: { readonly ceremony: CeremonyView; readonly onClose: () => void }) {
  const checkValue = useSignal('')
  return (
    <FormDialog
      title={`${t({ zh: '启用主密钥', en: 'Put the master key in use' })} · ${ceremony.tid}`}
      submit={{ zh: '启用', en: 'Put in use' }}
      onClose={onClose}
      onSubmit={async () => {
        const { id, version } = ceremony
        await post(`/api/estate/ceremonies/${id}/use`, { checkValue: checkValue.value.trim(), version })
        say({
          zh: '主密钥已启用，终端需要签到。',
          en: 'The master key is in use: the terminal signs in next.',
        })
        onClose()
      }}
    >
      <TextField
        label={t({ zh: '终端屏幕上的校验值', en: 'Check value on the terminal’s screen' })}
        value={checkValue.value}
        onInput={(text) => (checkValue.value = text)}
        maxLength={8}
        required
        autoFocus
      />
    </FormDialog>
  )
}

/** For paper: the browser prints the dialog; nothing of it is kept. */
function PageDialog({ page, onClose }: { readonly page: ComponentPageView; readonly onClose: () => void }) {
  return (
    <Dialog
      title={`${t({ zh: '密钥分量', en: 'Key component' })} ${page.position}/3 · ${page.tid}`}
      onClose={onClose}
    >
      <p class="notice">
        {t({
          zh: '只显示这一次。请立即打印，封入信封并亲自保管；不要拍照或抄送。',
          en: 'Shown this once. Print it now, put it into an envelope and keep it yourself; no photographs, no copies.',
        })}
      </p>
      <ol class="mono">
        {page.groups.map((group) => (
          <li key={group}>{group}</li>
        ))}
      </ol>
      <dl class="pairs">
        <dt>{t({ zh: '分量校验值', en: 'Check value of the component' })}</dt>
        <dd>
          <code>{page.checkValue}</code>
        </dd>
        <dt>{t({ zh: '主密钥校验值', en: 'Check value of the key' })}</dt>
        <dd>
          <code>{page.keyCheckValue}</code>
        </dd>
      </dl>
      <div class="row end">
        <Button onClick={() => print()}>{t({ zh: '打印', en: 'Print' })}</Button>
        <Button kind="primary" onClick={onClose}>
          {t({ zh: '已封存', en: 'Sealed' })}
        </Button>
      </div>
    </Dialog>
  )
}
