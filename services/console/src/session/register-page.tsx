import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { answer, api } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import { currentLanguage } from '../text/text.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { Preferences } from '../ui/preferences.tsx'
import { placeAfter } from './place-after.ts'
import styles from './sign-in-page.module.css'
import { useSessionText } from './text.ts'

/** Makes an account and signs in with it. */
export function Component() {
  const t = useSessionText()
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  useEffect(() => {
    document.title = `${t('register')} · Alta`
  }, [t])
  /** Address of an account that is there already: only signing in with it is tried again. */
  const made = useRef<string>(undefined)
  const register = useMutation({
    mutationFn: async () => {
      if (made.current !== email) {
        await answer(
          api.POST('/api/v1/auth/register', { body: { name, email, password, locale: currentLanguage() } }),
        )
        made.current = email
      }
      return answer(api.POST('/api/v1/session', { body: { email, password } }))
    },
    onSuccess: async () => {
      queries.clear()
      await navigate(placeAfter(search))
    },
  })
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <img src="/console/icon.svg" alt="Alta" width={40} height={40} />
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault()
            register.mutate()
          }}
        >
          <h1>{t('register')}</h1>
          <TextField
            label={t('name')}
            autoComplete="name"
            required
            autoFocus
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <TextField
            label={t('email')}
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
          <TextField
            label={t('password')}
            hint={t('newPasswordHint')}
            type="password"
            autoComplete="new-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          {register.error && <ProblemNotice error={register.error} />}
          <Button kind="primary" type="submit" disabled={register.isPending}>
            {t('register')}
          </Button>
          <Link to={{ pathname: '/sign-in', search: search.toString() }}>{t('haveAccount')}</Link>
        </form>
        <Preferences />
      </div>
    </main>
  )
}
