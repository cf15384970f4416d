import { useWords } from '../permissions/text.ts'
import { useMe } from '../session/session.ts'
import { Badge } from '../ui/badge.tsx'
import { LinkButton } from '../ui/button.tsx'
import { Section } from '../ui/page.tsx'
import { Preferences } from '../ui/preferences.tsx'
import { Time } from '../ui/time.tsx'
import styles from './account-page.module.css'
import { EmailForm } from './email-form.tsx'
import { PasswordForm } from './password-form.tsx'
import { useProfileText } from './text.ts'

export function Component() {
  const t = useProfileText()
  const me = useMe()
  const words = useWords()
  return (
    <>
      <Section
        title={t('account')}
        actions={<LinkButton to="/notifications">{t('notifications')}</LinkButton>}
      >
        <dl className={styles.facts}>
          <dt>{t('name')}</dt>
          <dd>{me.name}</dd>
          <dt>{t('email')}</dt>
          <dd>
            {me.email}{' '}
            <Badge tone={me.emailVerified ? 'good' : 'warn'}>
              {t(me.emailVerified ? 'confirmed' : 'notConfirmed')}
            </Badge>
          </dd>
          <dt>{t('roles')}</dt>
          <dd>{['member', ...me.roles.filter((role) => role !== 'member')].map(words.role).join(', ')}</dd>
          <dt>{t('since')}</dt>
          <dd>
            <Time at={me.createdAt} />
          </dd>
        </dl>
      </Section>
      <Section title={t('look')}>
        <div className={styles.narrow}>
          <Preferences />
        </div>
      </Section>
      <EmailForm />
      <PasswordForm />
    </>
  )
}
