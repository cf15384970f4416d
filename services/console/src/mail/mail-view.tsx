import type { Schema } from '../api/api.ts'
import { Button } from '../ui/button.tsx'
import list from '../ui/list.module.css'
import { Time } from '../ui/time.tsx'
import { LinkedText } from './linked-text.tsx'
import { MailFrame } from './mail-frame.tsx'
import styles from './mail-page.module.css'
import { useMailText } from './text.ts'

export function MailView({
  mail,
  isHtml,
  onForm,
}: {
  mail: Schema<'CaughtMail'>
  isHtml: boolean
  onForm: (isHtml: boolean) => void
}) {
  const t = useMailText()
  return (
    <article className={styles.mail}>
      <div className={styles.head}>
        <h2>{mail.subject}</h2>
        <span className={styles.more}>
          {mail.from} → {mail.to.join(', ')} · <Time at={mail.receivedAt} />
        </span>
      </div>
      <fieldset className={list.row} style={{ border: 0, margin: 0, padding: 0 }} aria-label={t('form')}>
        <Button aria-pressed={!isHtml} onClick={() => onForm(false)}>
          {t('text')}
        </Button>
        <Button aria-pressed={isHtml} onClick={() => onForm(true)}>
          {t('html')}
        </Button>
      </fieldset>
      {isHtml ? (
        <MailFrame title={mail.subject} html={mail.html} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard.
        <div className={styles.text} tabIndex={0}>
          <LinkedText text={mail.text} />
        </div>
      )}
    </article>
  )
}
