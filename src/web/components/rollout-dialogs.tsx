import { useSignal } from '@preact/signals'
import type { PackageView, RolloutView } from '../../host/console/api-types/software.ts'
import { post, put } from '../state/api.ts'
import { t } from '../state/language.ts'
import { say } from '../state/toasts.ts'
import { FormDialog } from './dialog.tsx'
import { Field, SelectField, TextField } from './field.tsx'

/** Takes a signed package from a file. */
export function PackageDialog({ onClose }: { readonly onClose: () => void }) {
  const file = useSignal<File | undefined>(undefined)
  const send = async (): Promise<void> => {
    if (file.value === undefined) return
    const content = base64(new Uint8Array(await file.value.arrayBuffer()))
    const { name, version } = await post<PackageView>('/api/software/packages', { content })
    say({ zh: `软件包 ${name} ${version} 已上传。`, en: `Package ${name} ${version} is here.` })
    onClose()
  }
  return (
    <FormDialog
      title={t({ zh: '上传软件包', en: 'Upload a package' })}
      submit={{ zh: '上传', en: 'Upload' }}
      onClose={onClose}
      onSubmit={send}
    >
      <Field
        label={t({ zh: '软件包文件', en: 'Package file' })}
        hint={t({
          zh: '由 tillwire package make 和 sign 生成；上传时检查签名和散列。',
          en: 'Of tillwire package make and sign; signature and hashes are checked.',
        })}
      >
        {({ id, describedBy }) => (
          <input
            id={id}
            class="input"
            type="file"
            accept=".twpk"
            required
            aria-describedby={describedBy}
            onChange={(event) => (file.value = event.currentTarget.files?.[0])}
          />
        )}
      </Field>
    </FormDialog>
  )
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

/** Which package, to how many, and when it stops by itself. */
export function StartDialog({
  packages,
  onClose,
}: {
  readonly packages: readonly PackageView[]
  readonly onClose: () => void
}) {
  const packageId = useSignal(packages[0]?.id ?? '')
  const percent = useSignal('5')
  const failurePercentMax = useSignal('10')
  const failuresMin = useSignal('3')
  const send = async (): Promise<void> => {
    await post('/api/software/rollouts', {
      packageId: packageId.value,
      percent: Number(percent.value),
      failurePercentMax: Number(failurePercentMax.value),
      failuresMin: Number(failuresMin.value),
    })
    onClose()
  }
  return (
    <FormDialog
      title={t({ zh: '新建发布', en: 'Start a roll-out' })}
      submit={{ zh: '开始', en: 'Start' }}
      onClose={onClose}
      onSubmit={send}
    >
      <SelectField
        label={t({ zh: '软件包', en: 'Package' })}
        value={packageId.value}
        options={packages.map(({ id, name, version }) => ({ value: id, text: `${name} ${version}` }))}
        onChange={(value) => (packageId.value = value)}
      />
      <TextField
        type="number"
        label={t({ zh: '终端比例（%）', en: 'Share of terminals (%)' })}
        value={percent.value}
        onInput={(value) => (percent.value = value)}
        hint={t({
          zh: '先小后大：扩大时已有的终端仍在其中。',
          en: 'Small first: widened, it still holds the terminals that it had.',
        })}
        required
      />
      <TextField
        type="number"
        label={t({ zh: '失败超过此比例（%）自动停止', en: 'Stops itself above this share of failures (%)' })}
        value={failurePercentMax.value}
        onInput={(value) => (failurePercentMax.value = value)}
        required
      />
      <TextField
        type="number"
        label={t({ zh: '至少失败台数', en: 'But not before so many failures' })}
        value={failuresMin.value}
        onInput={(value) => (failuresMin.value = value)}
        required
      />
    </FormDialog>
  )
}

/** More terminals for a roll-out that goes well. */
export function WidenDialog({
  rollout: { id, version, percent },
  onClose,
}: {
  readonly rollout: RolloutView
  readonly onClose: () => void
}) {
  const next = useSignal(String(Math.min(100, percent * 2)))
  const send = async (): Promise<void> => {
    await put(`/api/software/rollouts/${id}`, { version, percent: Number(next.value) })
    onClose()
  }
  return (
    <FormDialog
      title={t({ zh: '扩大发布', en: 'Widen the roll-out' })}
      submit={{ zh: '扩大', en: 'Widen' }}
      onClose={onClose}
      onSubmit={send}
    >
      <TextField
        type="number"
        label={t({ zh: `终端比例（现为 ${percent} %）`, en: `Share of terminals (${percent} % now)` })}
        value={next.value}
        onInput={(value) => (next.value = value)}
        required
      />
    </FormDialog>
  )
}
