import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { answer, api } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { Preferences } from '../ui/preferences.tsx'
import { placeAfter } from './place-after.ts'
import styles from './sign-in-page.module.css'
import { useSessionText } from './text.ts'

export function Component() {
  const t = useSessionText()
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const [challenge, setChallenge] = useState<string>()
  useEffect(() => {
    document.title = `${t('signIn')} · Alta`
  }, [t])

  const enter = async () => {
    queries.clear()
    await navigate(placeAfter(search))
  }
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <img src="/console/icon.svg" alt="Alta" width={40} height={40} />
        {challenge === undefined ? (
          <PasswordForm onChallenge={setChallenge} onDone={enter} />
        ) : (
          <CodeForm challenge={challenge} onBack={() => setChallenge(undefined)} onDone={enter} />
        )}
        <Preferences />
      </div>
    </main>
  )
}

function PasswordForm({
  onChallenge,
  onDone,
}: {
  onChallenge: (challenge: string) => void
  onDone: () => void
}) {
  const t = useSessionText()
  const [search] = useSearchParams()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/session', { body: { email, password } })),
    onSuccess: (signed) => ('challenge' in signed ? onChallenge(signed.challenge) : onDone()),
  })
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        signIn.mutate()
      }}
    >
      <h1>{t('signIn')}</h1>
      <TextField
        label={t('email')}
        type="email"
        autoComplete="username"
        required
        autoFocus
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <TextField
        label={t('password')}
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      {signIn.error && <ProblemNotice error={signIn.error} />}
      <Button kind="primary" type="submit" disabled={signIn.isPending}>
        {t('signIn')}
      </Button>
      <a href="/forgotten-password">{t('forgotten')}</a>
      <Link to={{ pathname: '/register', search: search.toString() }}>{t('register')}</Link>
    </form>
  )
}

function CodeForm({
  challenge,
  onBack,
  onDone,
}: {
  challenge: string
  onBack: () => void
  onDone: () => void
}) {
  const t = useSessionText()
  const [code, setCode] = useState('')
  const confirm = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/session/code', { body: { challenge, code } })),
    onSuccess: onDone,
  })
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        confirm.mutate()
      }}
    >
      <h1>{t('codeTitle')}</h1>
      <TextField
        label={t('code')}
        autoComplete="one-time-code"
        required
        autoFocus
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
      {confirm.error && <ProblemNotice error={confirm.error} />}
      <Button kind="primary" type="submit" disabled={confirm.isPending}>
        {t('goOn')}
      </Button>
      <Button kind="quiet" onClick={onBack}>
        {t('back')}
      </Button>
    </form>
  )
}
