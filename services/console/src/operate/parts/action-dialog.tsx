import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useRef } from 'react'
import { newIdempotencyKey } from '../../api/idempotency-key.ts'
import { useGeneralText } from '../../text/general.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import styles from './parts.module.css'

/**
 * Says what will happen, and does it when that is confirmed. What was refused is told in the dialog, and nothing that
 * was entered is lost.
 * @param run gets a key that stays the same when it is pressed again after a failure, so that nothing is done twice
 * @param confirm what the button does, as a verb and a number
 */
export function ActionDialog<Result>({
  title,
  confirm,
  danger = false,
  wide = false,
  possible = true,
  run,
  onDone,
  onClose,
  children,
}: {
  title: string
  confirm: string
  danger?: boolean
  wide?: boolean
  possible?: boolean
  run: (key: string) => Promise<Result>
  onDone: (result: Result) => void
  onClose: () => void
  children: ReactNode
}) {
  const t = useGeneralText()
  const key = useRef(newIdempotencyKey())
  const action = useMutation({ mutationFn: () => run(key.current), onSuccess: onDone })
  return (
    <Dialog title={title} onClose={onClose} wide={wide}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          action.mutate()
        }}
      >
        {children}
        {action.error && <ProblemNotice error={action.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind={danger ? 'danger' : 'primary'} type="submit" disabled={!possible || action.isPending}>
            {confirm}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
