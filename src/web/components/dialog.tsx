import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { type Text, t } from '../state/language.ts'
import { problemText } from '../state/toasts.ts'
import { Button } from './button.tsx'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly wide?: boolean
  readonly children: ComponentChildren
}

/** Stands over the page until it is closed; Escape closes it and the focus goes back where it was. */
export function Dialog({ title, onClose, wide = false, children }: DialogProps) {
  const place = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const dialog = place.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={place}
      class={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <div class="inside">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  )
}

interface FormDialogProps extends DialogProps {
  readonly submit: Text
  readonly danger?: boolean
  /** Rejects with what the reader is told; the dialog stays open then. */
  readonly onSubmit: () => Promise<void>
}

/** A dialog that does something: shows what went wrong, and keeps what was typed. */
export function FormDialog({
  title,
  onClose,
  wide,
  submit,
  danger = false,
  onSubmit,
  children,
}: FormDialogProps) {
  const problem = useSignal<Text | undefined>(undefined)
  const isBusy = useSignal(false)
  const send = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (isBusy.value) return
    isBusy.value = true
    problem.value = undefined
    try {
      await onSubmit()
    } catch (error) {
      problem.value = problemText(error)
    } finally {
      isBusy.value = false
    }
  }
  return (
    <Dialog title={title} onClose={onClose} wide={wide ?? false}>
      <form class="stack" onSubmit={(event) => void send(event)}>
        {children}
        {problem.value !== undefined && (
          <p class="problem" role="alert">
            {t(problem.value)}
          </p>
        )}
        <div class="row end">
          <Button onClick={onClose}>{t({ zh: '取消', en: 'Cancel' })}</Button>
          <Button type="submit" kind={danger ? 'danger' : 'primary'} disabled={isBusy.value}>
            {t(submit)}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
