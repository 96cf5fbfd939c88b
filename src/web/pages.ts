import type { Page } from './page.ts'

/** All pages, in the order of the navigation. */
export const PAGES: readonly Page[] = [
  {
    path: '/users',
    title: { zh: '用户', en: 'Users' },
    group: 'manage',
    access: ['administrator', 'auditor'],
    load: async () => (await import('./pages/users-page.tsx')).UsersPage,
  },
  {
    path: '/audit',
    title: { zh: '审计日志', en: 'Audit' },
    group: 'manage',
    access: ['administrator', 'auditor'],
    load: async () => (await import('./pages/audit-page.tsx')).AuditPage,
  },
  {
    path: '/account',
    title: { zh: '我的账户', en: 'My account' },
    access: 'signedIn',
    load: async () => (await import('./pages/account-page.tsx')).AccountPage,
  },
]
