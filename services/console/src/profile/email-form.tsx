import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api } from '../api/api.ts'
import { useGeneralText } from '../text/general.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import list from '../ui/list.module.css'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import { Section } from '../ui/page.tsx'
import { useProfileText } from './text.ts'

export function EmailForm() {
  const general = useGeneralText()
  const t = useProfileText()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const change = useMutation({
    mutationFn: (body: { email: string; password: string }) =>
      answer(api.POST('/api/v1/auth/change-email', { body })),
    onSuccess: () => setPassword(''),
  })
  return (
    <Section title={t('changeEmail')}>
      <form
        className={list.form}
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate({ email, password })
        }}
      >
        <TextField
          label={t('newEmail')}
          type="email"
          autoComplete="email"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label={general('password')}
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {change.error && <ProblemNotice error={change.error} />}
        {change.isSuccess && (
          <div role="status">
            <Notice kind="good">{t('emailAsked', { email: change.variables.email })}</Notice>
          </div>
        )}
        <div>
          <Button type="submit" disabled={change.isPending}>
            {t('changeEmail')}
          </Button>
        </div>
      </form>
    </Section>
  )
}
