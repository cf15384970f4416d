import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { answer, api } from '../api/api.ts'
import { useGeneralText } from '../text/general.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import list from '../ui/list.module.css'
import { ProblemNotice, Skeleton } from '../ui/notice.tsx'
import { QrCode } from './qr-code.tsx'
import { useProfileText } from './text.ts'

/** @param onDone given the recovery codes once the app has proved that it has the key */
export function SetUpFactor({
  onCancel,
  onDone,
}: {
  onCancel: () => void
  onDone: (codes: readonly string[]) => void
}) {
  const general = useGeneralText()
  const t = useProfileText()
  const [code, setCode] = useState('')
  const { mutate: begin, ...begun } = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/auth/totp')),
    // What is secret is forgotten with this dialogue.
    gcTime: 0,
  })
  useEffect(() => begin(), [begin])
  const confirm = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/auth/totp/confirm', { body: { code } })),
    onSuccess: ({ recoveryCodes }) => onDone(recoveryCodes),
    gcTime: 0,
  })
  if (begun.error) return <ProblemNotice error={begun.error} onRetry={() => begin()} />
  if (!begun.data) return <Skeleton />
  return (
    <form
      className={list.form}
      onSubmit={(event) => {
        event.preventDefault()
        confirm.mutate()
      }}
    >
      <p>{t('scan')}</p>
      <QrCode text={begun.data.uri} label={t('qrCode')} />
      <p>{t('orType')}</p>
      <code className={list.secret}>{begun.data.secret}</code>
      <TextField
        label={t('codeOfApp')}
        autoComplete="one-time-code"
        inputMode="numeric"
        required
        autoFocus
        value={code}
        onChange={(event) => setCode(event.target.value.trim())}
      />
      {confirm.error && <ProblemNotice error={confirm.error} />}
      <div className={list.row}>
        <Button kind="primary" type="submit" disabled={confirm.isPending}>
          {t('turnOn')}
        </Button>
        <Button onClick={onCancel}>{general('cancel')}</Button>
      </div>
    </form>
  )
}
