import { useSignal } from '@preact/signals'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { FormDialog } from '../components/dialog.tsx'
import { TextField } from '../components/field.tsx'
import { PasswordForm } from '../sign-in.tsx'
import { loadSession, post, put } from '../state/api.ts'
import { t } from '../state/language.ts'
import { session } from '../state/session.ts'
import { say, sayProblem } from '../state/toasts.ts'

interface Offer {
  readonly uri: string
  readonly text: string
}

/** One's own password and second factor. */
export function AccountPage() {
  const offer = useSignal<Offer | undefined>(undefined)
  const who = session.value
  const begin = (): void => {
    post<Offer>('/api/session/second-factor/offer').then((answer) => {
      offer.value = answer
    }, sayProblem)
  }
  return (
    <div class="grid two">
      <Card title={t({ zh: '密码', en: 'Password' })}>
        <PasswordForm />
      </Card>
      <Card title={t({ zh: '第二因素', en: 'Second factor' })}>
        <div class="stack">
          <p>
            {who?.hasSecondFactor === true
              ? t({ zh: '已设置。设置新的会替换旧的。', en: 'It is set. A new one takes its place.' })
              : t({ zh: '尚未设置。密钥类操作需要它。', en: 'Not set. Tasks with keys need it.' })}
          </p>
          <div>
            <Button onClick={begin}>{t({ zh: '设置动态口令', en: 'Set up an authenticator app' })}</Button>
          </div>
        </div>
      </Card>
      {offer.value !== undefined && (
        <OfferDialog offer={offer.value} onClose={() => (offer.value = undefined)} />
      )}
    </div>
  )
}

function OfferDialog({ offer, onClose }: { readonly offer: Offer; readonly onClose: () => void }) {
  const code = useSignal('')
  return (
    <FormDialog
      title={t({ zh: '设置动态口令', en: 'Set up an authenticator app' })}
      submit={{ zh: '确认', en: 'Confirm' }}
      onClose={onClose}
      onSubmit={async () => {
        await put('/api/session/second-factor', { code: code.value.trim() })
        await loadSession()
        say({ zh: '第二因素已设置。', en: 'The second factor is set.' })
        onClose()
      }}
    >
      <p>
        {t({
          zh: '在验证器中输入此密钥（或打开链接），再填写它显示的六位口令。此密钥只显示这一次。',
          en: 'Enter this secret in your authenticator app (or open the link), then give the six digits that it shows. The secret is shown this once.',
        })}
      </p>
      <p class="mono">{offer.text.match(/.{1,4}/g)?.join(' ')}</p>
      <p>
        <a href={offer.uri} target="_blank" rel="noreferrer">
          {t({ zh: '在本机的验证器中打开', en: 'Open in an app on this device' })}
        </a>
      </p>
      <TextField
        label={t({ zh: '六位口令', en: 'Six digits' })}
        value={code.value}
        onInput={(text) => (code.value = text)}
        inputMode="numeric"
        maxLength={6}
        autoComplete="one-time-code"
      />
    </FormDialog>
  )
}
