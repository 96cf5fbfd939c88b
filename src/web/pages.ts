import type { Page } from './page.ts'

/** All pages, in the order of the navigation. */
export const PAGES: readonly Page[] = [
  {
    path: '/transactions',
    title: { zh: '交易', en: 'Transactions' },
    group: 'run',
    access: ['support', 'technician', 'finance', 'administrator', 'auditor'],
    load: async () => (await import('./pages/transactions-page.tsx')).TransactionsPage,
  },
  {
    path: '/transactions/:id',
    title: { zh: '交易详情', en: 'Transaction' },
    access: ['support', 'technician', 'finance', 'administrator', 'auditor'],
    load: async () => (await import('./pages/transaction-page.tsx')).TransactionPage,
  },
  {
    path: '/messages',
    title: { zh: '报文', en: 'Messages' },
    group: 'run',
    access: ['support', 'technician', 'administrator', 'auditor'],
    load: async () => (await import('./pages/messages-page.tsx')).MessagesPage,
  },
  {
    path: '/batches',
    title: { zh: '批次与结算', en: 'Batches' },
    group: 'run',
    access: ['support', 'technician', 'finance', 'administrator', 'auditor'],
    load: async () => (await import('./pages/batches-page.tsx')).BatchesPage,
  },
  {
    path: '/batches/:tid/:batchNumber',
    title: { zh: '批次', en: 'Batch' },
    access: ['support', 'technician', 'finance', 'administrator', 'auditor'],
    load: async () => (await import('./pages/batch-page.tsx')).BatchPage,
  },
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
