import type { CommissioningView } from '../../host/console/api-types/commissioning.ts'
import { formatDateTime, t } from '../state/language.ts'
import { Table } from './table.tsx'

type Report = CommissioningView['reports'][number]

/** The reports that were signed, to be opened as they were; nothing before the first. */
export function AcceptanceReports({
  tid,
  reports,
}: {
  readonly tid: string
  readonly reports: readonly Report[]
}) {
  if (reports.length === 0) return null
  return (
    <Table
      label={t({ zh: '验收报告', en: 'Acceptance reports' })}
      rows={reports}
      keyOf={({ number }) => number}
      empty=""
      columns={[
        {
          key: 'number',
          title: t({ zh: '验收报告', en: 'Acceptance report' }),
          cell: ({ number }) => (
            <a href={`/api/estate/terminals/${tid}/commissioning/reports/${number}`} download>
              {t({ zh: `报告 ${number}`, en: `Report ${number}` })}
            </a>
          ),
        },
        { key: 'by', title: t({ zh: '签发人', en: 'Signed by' }), cell: ({ signedBy }) => signedBy },
        {
          key: 'at',
          title: t({ zh: '时间', en: 'When' }),
          cell: ({ signedAtMs }) => formatDateTime(signedAtMs),
        },
        {
          key: 'of',
          title: t({ zh: '设备，软件', en: 'Device, software' }),
          cell: ({ serial, software }) => (
            <>
              <code>{serial}</code> {software}
            </>
          ),
        },
        {
          key: 'hash',
          title: 'SHA-256',
          cell: ({ hash, signer }) => (
            <code class="quiet" title={`SHA-256 ${hash} · signer ${signer}`}>
              {hash.slice(0, 16)}…
            </code>
          ),
        },
      ]}
    />
  )
}
