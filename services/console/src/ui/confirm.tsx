import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useGeneralText } from '../text/general.ts'
import { Button } from './button.tsx'
import { Dialog, DialogActions } from './dialog.tsx'
import { ProblemNotice } from './notice.tsx'

/** A button that first says what it will do, and asks once. @param children what follows from it */
export function ConfirmButton({
  label,
  title = label,
  act,
  disabled = false,
  children,
}: {
  label: string
  title?: string
  act: () => Promise<unknown>
  disabled?: boolean
  children: ReactNode
}) {
  const t = useGeneralText()
  const [isAsking, setAsking] = useState(false)
  const run = useMutation({ mutationFn: act, onSuccess: () => setAsking(false) })
  return (
    <>
      <Button
        kind="danger"
        disabled={disabled}
        onClick={() => {
          run.reset()
          setAsking(true)
        }}
      >
        {label}
      </Button>
      {isAsking && (
        <Dialog title={title} onClose={() => setAsking(false)}>
          <div>{children}</div>
          {run.error && <ProblemNotice error={run.error} />}
          <DialogActions>
            <Button onClick={() => setAsking(false)}>{t('cancel')}</Button>
            <Button kind="danger" disabled={run.isPending} onClick={() => run.mutate()}>
              {label}
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  )
}
