import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/noto-sans-sc/wght.css'
import './style/tokens.css'
import './style/base.css'
import './style/layout.css'
import './style/components.css'
import { render } from 'preact'
import { Shell } from './shell.tsx'
import { ExpiredDialog, FactorDialog, FirstPasswordPage, SignInPage } from './sign-in.tsx'
import { loadSession } from './state/api.ts'
import { t } from './state/language.ts'
import { followLinks } from './state/router.ts'
import { isExpired, session } from './state/session.ts'
import './state/theme.ts'
import { sayProblem, toasts } from './state/toasts.ts'

function App() {
  const who = session.value
  if (who === undefined) return null
  return (
    <>
      {who === null ? <SignInPage /> : who.mustChangePassword ? <FirstPasswordPage /> : <Shell />}
      {isExpired.value && who !== null && <ExpiredDialog />}
      <FactorDialog />
      <div class="toasts" role="status" aria-live="polite">
        {toasts.value.map(({ id, text, tone }) => (
          <p key={id} class={`toast ${tone}`}>
            {t(text)}
          </p>
        ))}
      </div>
    </>
  )
}

addEventListener('click', followLinks)
const place = document.getElementById('app')
if (place !== null) render(<App />, place)
loadSession().catch((error: unknown) => {
  session.value = null
  sayProblem(error)
})
