import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { Button } from './components/button.tsx'
import { FaultSign } from './components/fault-sign.tsx'
import { Problem } from './components/problem.tsx'
import { matchPath, type NavGroup, type Page, type PageProps } from './page.ts'
import { PAGES } from './pages.ts'
import { signOut } from './state/api.ts'
import { language, type Text, t } from './state/language.ts'
import { isLive } from './state/live.ts'
import { go, path } from './state/router.ts'
import { may, session } from './state/session.ts'
import { theme, toggleTheme } from './state/theme.ts'
import { sayProblem } from './state/toasts.ts'

const GROUPS: readonly (readonly [NavGroup, Text])[] = [
  ['run', { zh: '运行', en: 'Run' }],
  ['terminals', { zh: '终端', en: 'Terminals' }],
  ['merchants', { zh: '商户', en: 'Merchants' }],
  ['test', { zh: '测试', en: 'Test' }],
  ['manage', { zh: '管理', en: 'Manage' }],
]

/** Navigation, the bar above and the page that the address names. */
export function Shell() {
  const isMenuOpen = useSignal(false)
  const found = findPage(path.value)
  useEffect(() => {
    isMenuOpen.value = false
  }, [path.value])
  useEffect(() => {
    if (path.value === '/') go(homePath(), { replace: true })
  }, [path.value])
  const title = found === undefined ? t({ zh: '没有这个页面', en: 'No such page' }) : t(found.page.title)
  useEffect(() => {
    document.title = `${title} · Tillwire`
  }, [title])
  return (
    <div class={isMenuOpen.value ? 'shell menu-open' : 'shell'}>
      <a class="visually-hidden" href="#content">
        {t({ zh: '跳到内容', en: 'Skip to content' })}
      </a>
      <Navigation />
      <button
        type="button"
        class="scrim"
        aria-label={t({ zh: '关闭菜单', en: 'Close the menu' })}
        onClick={() => {
          isMenuOpen.value = false
        }}
      />
      <div class="main">
        <Bar title={title} onMenu={() => (isMenuOpen.value = !isMenuOpen.peek())} />
        <main id="content" class="page">
          {found === undefined ? <NoPage /> : <Loaded key={found.page.path} {...found} />}
        </main>
      </div>
    </div>
  )
}

/** The first page that the reader may see. */
function homePath(): string {
  return PAGES.find(({ group, access }) => group !== undefined && may(access))?.path ?? '/account'
}

function findPage(
  address: string,
): { readonly page: Page; readonly params: Readonly<Record<string, string>> } | undefined {
  const target = address === '/' ? homePath() : address
  for (const page of PAGES) {
    const params = matchPath(page.path, target)
    if (params !== undefined && may(page.access)) return { page, params }
  }
  return undefined
}

function Navigation() {
  return (
    <nav class="side" aria-label={t({ zh: '主导航', en: 'Main' })}>
      <a class="brand" href="/">
        <img src="/icon.svg" alt="" />
        Tillwire
      </a>
      {GROUPS.map(([group, name]) => {
        const pages = PAGES.filter((page) => page.group === group && may(page.access))
        return (
          pages.length > 0 && (
            <div class="nav-group" key={group}>
              <p>{t(name)}</p>
              {pages.map((page) => (
                <a
                  key={page.path}
                  class="nav-link"
                  href={page.path}
                  aria-current={isOpen(page.path) ? 'page' : undefined}
                >
                  {t(page.title)}
                </a>
              ))}
            </div>
          )
        )
      })}
    </nav>
  )
}

function isOpen(pagePath: string): boolean {
  return path.value === pagePath || (pagePath !== '/' && path.value.startsWith(`${pagePath}/`))
}

function Bar({ title, onMenu }: { readonly title: string; readonly onMenu: () => void }) {
  const isDark = theme.value === 'dark'
  return (
    <header class="bar">
      <span class="menu-button">
        <Button kind="plain" label={t({ zh: '菜单', en: 'Menu' })} onClick={onMenu}>
          ☰
        </Button>
      </span>
      <h1>{title}</h1>
      <FaultSign />
      {!isLive.value && <span class="badge warn">{t({ zh: '与主机失去联系', en: 'Host not heard' })}</span>}
      <Button kind="plain" onClick={() => (language.value = language.value === 'zh' ? 'en' : 'zh')}>
        {language.value === 'zh' ? 'English' : '中文'}
      </Button>
      <Button
        kind="plain"
        label={isDark ? t({ zh: '浅色', en: 'Light' }) : t({ zh: '深色', en: 'Dark' })}
        onClick={toggleTheme}
      >
        {isDark ? '☀' : '☾'}
      </Button>
      <a class="button plain wide-only" href="/account">
        {session.value?.fullName}
      </a>
      <Button kind="plain" onClick={() => void signOut().catch(sayProblem)}>
        {t({ zh: '退出', en: 'Sign out' })}
      </Button>
    </header>
  )
}

function Loaded({ page, params }: { readonly page: Page; readonly params: PageProps['params'] }) {
  const component = useSignal<{ readonly Page: ComponentType<PageProps> } | undefined>(undefined)
  const problem = useSignal(false)
  const load = (): void => {
    problem.value = false
    page.load().then(
      (Page) => {
        component.value = { Page }
      },
      () => {
        problem.value = true
      },
    )
  }
  useEffect(load, [page])
  if (problem.value) {
    const text = {
      zh: '页面没有载入：请检查与主机的连接。',
      en: 'The page did not load: check the connection to the host.',
    }
    return <Problem text={text} onRetry={load} />
  }
  if (component.value === undefined) return null
  const { Page } = component.value
  return <Page params={params} />
}

function NoPage() {
  return (
    <p class="empty">
      {t({
        zh: '这个地址没有页面，或您的角色看不到它。请从左侧选择。',
        en: 'There is no page here, or your role does not show it. Choose one on the left.',
      })}
    </p>
  )
}
