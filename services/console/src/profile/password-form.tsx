import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import { useMe } from '../session/session.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import list from '../ui/list.module.css'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import { Section } from '../ui/page.tsx'
import { useProfileText } from './text.ts'

export function PasswordForm() {
  const t = useProfileText()
  const me = useMe()
  const [currentPassword, setCurrent] = useState('')
  const [newPassword, setNew] = useState('')
  const change = useMutation({
    mutationFn: () =>
      answer(api.POST('/api/v1/auth/change-password', { body: { currentPassword, newPassword } })),
    onSuccess: async () => {
      setCurrent('')
      setNew('')
      await queries.invalidateQueries({ queryKey: ['sessions'] })
    },
  })
  return (
    <Section title={t('changePassword')}>
      <form
        className={list.form}
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate()
        }}
      >
        <input type="hidden" name="username" autoComplete="username" value={me.email} readOnly />
        <TextField
          label={t('currentPassword')}
          type="password"
          autoComplete="current-password"
          required
          value={currentPassword}
          onChange={(event) => setCurrent(event.target.value)}
        />
        <TextField
          label={t('newPassword')}
          hint={t('passwordWarning')}
          type="password"
          autoComplete="new-password"
          required
          value={newPassword}
          onChange={(event) => setNew(event.target.value)}
        />
        {change.error && <ProblemNotice error={change.error} />}
        {change.isSuccess && (
          <div role="status">
            <Notice kind="good">{t('passwordChanged')}</Notice>
          </div>
        )}
        <div>
          <Button type="submit" disabled={change.isPending}>
            {t('changePassword')}
          </Button>
        </div>
      </form>
    </Section>
  )
}
