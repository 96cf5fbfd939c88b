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
    path: '/estate',
    title: { zh: '终端', en: 'Estate' },
    group: 'terminals',
    access: ['technician', 'support', 'clerk', 'administrator', 'auditor'],
    load: async () => (await import('./pages/estate-page.tsx')).EstatePage,
  },
  {
    path: '/estate/:tid',
    title: { zh: '终端详情', en: 'Terminal' },
    access: ['technician', 'support', 'clerk', 'administrator', 'auditor'],
    load: async () => (await import('./pages/terminal-page.tsx')).TerminalPage,
  },
  {
    path: '/stock',
    title: { zh: '设备库存', en: 'Stock' },
    group: 'terminals',
    access: ['technician', 'support', 'administrator', 'auditor'],
    load: async () => (await import('./pages/stock-page.tsx')).StockPage,
  },
  {
    path: '/orders',
    title: { zh: '工单', en: 'Work orders' },
    group: 'terminals',
    access: ['technician', 'support', 'administrator', 'auditor'],
    load: async () => (await import('./pages/orders-page.tsx')).OrdersPage,
  },
  {
    path: '/ceremonies',
    title: { zh: '密钥仪式', en: 'Key ceremonies' },
    group: 'terminals',
    access: ['administrator', 'support', 'technician', 'reviewer', 'auditor'],
    load: async () => (await import('./pages/ceremonies-page.tsx')).CeremoniesPage,
  },
  {
    path: '/phone',
    title: { zh: '顾客手机', en: 'Customer’s phone' },
    group: 'test',
    access: ['technician', 'support', 'administrator'],
    load: async () => (await import('./pages/phone-page.tsx')).PhonePage,
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
