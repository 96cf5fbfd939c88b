import { useSignal } from '@preact/signals'
import { Button } from './components/button.tsx'
import { FormDialog } from './components/dialog.tsx'
import { TextField } from './components/field.tsx'
import { factorNeeded, post, put, signIn } from './state/api.ts'
import { language, type Text, t } from './state/language.ts'
import { session } from './state/session.ts'
import { problemText, say } from './state/toasts.ts'

const NAME: Text = { zh: '用户名', en: 'Name' }
const PASSWORD: Text = { zh: '密码', en: 'Password' }

/** The first page of somebody who is not signed in. */
export function SignInPage() {
  const name = useSignal('')
  const password = useSignal('')
  const problem = useSignal<Text | undefined>(undefined)
  const send = async (event: Event): Promise<void> => {
    event.preventDefault()
    try {
      await signIn(name.value.trim(), password.value)
    } catch (error) {
      problem.value = problemText(error)
    }
  }
  return (
    <main class="sign-in">
      <div class="card">
        <form onSubmit={(event) => void send(event)}>
          <div class="row apart">
            <h1 class="brand">
              <img src="/icon.svg" alt="" />
              Tillwire
            </h1>
            <Button kind="plain" onClick={() => (language.value = language.value === 'zh' ? 'en' : 'zh')}>
              {language.value === 'zh' ? 'English' : '中文'}
            </Button>
          </div>
          <TextField
            label={t(NAME)}
            value={name.value}
            onInput={(text) => (name.value = text)}
            autoComplete="username"
            autoFocus
            required
          />
          <TextField
            label={t(PASSWORD)}
            type="password"
            value={password.value}
            onInput={(text) => (password.value = text)}
            autoComplete="current-password"
            required
            hint={t({
              zh: '首次启动时，主机窗口显示了 admin 的初始密码。',
              en: 'At its first start the host printed a first password for admin.',
            })}
          />
          {problem.value !== undefined && (
            <p class="problem" role="alert">
              {t(problem.value)}
            </p>
          )}
          <Button type="submit" kind="primary">
            {t({ zh: '登录', en: 'Sign in' })}
          </Button>
        </form>
      </div>
    </main>
  )
}

/** Over the page, when the session ended while somebody was working: what was typed stays. */
export function ExpiredDialog() {
  const password = useSignal('')
  const name = session.value?.name ?? ''
  return (
    <FormDialog
      title={t({ zh: '登录已过期', en: 'Your session has ended' })}
      submit={{ zh: '登录并继续', en: 'Sign in and go on' }}
      onClose={() => (session.value = null)}
      onSubmit={() => signIn(name, password.value)}
    >
      <p>
        {t({
          zh: `没有任何内容丢失。请 ${name} 再次输入密码。`,
          en: `Nothing is lost. Enter the password of ${name} again.`,
        })}
      </p>
      <TextField
        label={t(PASSWORD)}
        type="password"
        value={password.value}
        onInput={(text) => (password.value = text)}
        autoComplete="current-password"
        autoFocus
      />
    </FormDialog>
  )
}

/** Before a task with keys. */
export function FactorDialog() {
  const code = useSignal('')
  const waiting = factorNeeded.value
  if (waiting === undefined) return null
  return (
    <FormDialog
      title={t({ zh: '动态口令', en: 'Second factor' })}
      submit={{ zh: '继续', en: 'Go on' }}
      onClose={waiting.giveUp}
      onSubmit={async () => {
        await post('/api/session/second-factor', { code: code.value.trim() })
        waiting.again()
      }}
    >
      <TextField
        label={t({ zh: '验证器中的六位口令', en: 'Six digits of your authenticator app' })}
        value={code.value}
        onInput={(text) => (code.value = text)}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={6}
        autoFocus
      />
    </FormDialog>
  )
}

/** The password was given by somebody else: nothing else is possible before another was chosen. */
export function FirstPasswordPage() {
  return (
    <main class="sign-in">
      <div class="card">
        <PasswordForm intro />
      </div>
    </main>
  )
}

export function PasswordForm({ intro = false }: { readonly intro?: boolean }) {
  const old = useSignal('')
  const next = useSignal('')
  const problem = useSignal<Text | undefined>(undefined)
  const send = async (event: Event): Promise<void> => {
    event.preventDefault()
    problem.value = undefined
    try {
      await put('/api/session/password', { old: old.value, next: next.value })
      if (session.value) session.value = { ...session.value, mustChangePassword: false }
      old.value = ''
      next.value = ''
      say({ zh: '密码已更改。', en: 'The password is changed.' })
    } catch (error) {
      problem.value = problemText(error)
    }
  }
  return (
    <form class="stack" onSubmit={(event) => void send(event)}>
      {intro && (
        <>
          <h1>{t({ zh: '设置您自己的密码', en: 'Choose your own password' })}</h1>
          <p class="quiet">
            {t({
              zh: '您的初始密码由别人给出，只能用来设置新密码。',
              en: 'Your first password came from somebody else: it is good for choosing another only.',
            })}
          </p>
        </>
      )}
      <TextField
        label={t({ zh: '现在的密码', en: 'Present password' })}
        type="password"
        value={old.value}
        onInput={(text) => (old.value = text)}
        autoComplete="current-password"
      />
      <TextField
        label={t({ zh: '新密码', en: 'New password' })}
        type="password"
        value={next.value}
        onInput={(text) => (next.value = text)}
        autoComplete="new-password"
        hint={t({ zh: '至少 12 个字符。', en: 'At least 12 characters.' })}
      />
      {problem.value !== undefined && (
        <p class="problem" role="alert">
          {t(problem.value)}
        </p>
      )}
      <div>
        <Button type="submit" kind="primary">
          {t({ zh: '更改密码', en: 'Change the password' })}
        </Button>
      </div>
    </form>
  )
}
