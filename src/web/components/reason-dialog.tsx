import { useSignal } from '@preact/signals'
import { t } from '../state/language.ts'
import { FormDialog } from './dialog.tsx'
import { TextAreaField } from './field.tsx'

interface ReasonDialogProps {
  readonly title: string
  readonly onClose: () => void
  /** Rejects with what the reader is told. */
  readonly onReason: (reason: string) => Promise<void>
}

/** Asks why somebody wants to see what is not for everybody; the answer goes into the audit log. */
export function ReasonDialog({ title, onClose, onReason }: ReasonDialogProps) {
  const reason = useSignal('')
  return (
    <FormDialog
      title={title}
      submit={{ zh: '显示并记录', en: 'Show it, and write it down' }}
      onClose={onClose}
      onSubmit={() => onReason(reason.value)}
    >
      <p>
        {t({
          zh: '您的姓名、时间与理由将写入审计日志。',
          en: 'Your name, the time and the reason go into the audit log.',
        })}
      </p>
      <TextAreaField
        label={t({ zh: '理由', en: 'Reason' })}
        value={reason.value}
        onInput={(text) => (reason.value = text)}
        hint={t({
          zh: '至少十个字符，例如争议编号。',
          en: 'Ten characters or more, such as the number of a dispute.',
        })}
      />
    </FormDialog>
  )
}
