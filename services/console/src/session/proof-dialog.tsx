import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api } from '../api/api.ts'
import { useGeneralText } from '../text/general.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { useMe } from './session.ts'

/** Asks whoever sits there to prove again who they are (RFC 9470). @param onDone told whether they have */
export function ProofDialog({ onDone }: { onDone: (given: boolean) => void }) {
  const t = useGeneralText()
  const me = useMe()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const prove = useMutation({
    mutationFn: () =>
      answer(api.POST('/api/v1/session/step-up', { body: { password, ...(code ? { code } : {}) } })),
    onSuccess: () => onDone(true),
  })
  return (
    <Dialog title={t('proveTitle')} onClose={() => onDone(false)}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          prove.mutate()
        }}
      >
        <p>{t('proveWhy')}</p>
        <input type="hidden" name="username" autoComplete="username" value={me.email} readOnly />
        <TextField
          label={t('password')}
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <TextField
          label={t('code')}
          autoComplete="one-time-code"
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
        {prove.error && <ProblemNotice error={prove.error} />}
        <DialogActions>
          <Button onClick={() => onDone(false)}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" disabled={prove.isPending}>
            {t('prove')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
