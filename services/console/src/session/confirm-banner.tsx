import { useMutation } from '@tanstack/react-query'
import { answer, api } from '../api/api.ts'
import { Button } from '../ui/button.tsx'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import styles from './confirm-banner.module.css'
import { useMe } from './session.ts'
import { useSessionText } from './text.ts'

/** For as long as somebody's address is not confirmed. */
export function ConfirmBanner() {
  const t = useSessionText()
  const me = useMe()
  const send = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/auth/verify-email/resend')),
  })
  if (me.emailVerified) return null
  return (
    <div className={styles.banner}>
      <Notice kind="warn">
        <div className={styles.line}>
          <span>{send.isSuccess ? t('sentAgain') : t('unconfirmed', { email: me.email })}</span>
          {!send.isSuccess && (
            <Button onClick={() => send.mutate()} disabled={send.isPending}>
              {t('sendAgain')}
            </Button>
          )}
        </div>
        {send.error && <ProblemNotice error={send.error} />}
      </Notice>
    </div>
  )
}
