import { useLayoutEffect, useMemo, useRef } from 'react'
import { frameable } from './mail-document.ts'
import styles from './mail-page.module.css'
import { markup } from './markup.ts'
import { useMailText } from './text.ts'

/** A mail as its recipient may see it, in a frame without scripts, origin or forms; links open tabs of their own. */
export function MailFrame({ title, html }: { title: string; html: string }) {
  const t = useMailText()
  const frame = useRef<HTMLIFrameElement>(null)
  const { document, leftOut } = useMemo(() => frameable(html), [html])
  // Not by React, which makes a string of everything: the page's policy takes none here.
  useLayoutEffect(() => {
    if (frame.current) frame.current.srcdoc = markup(document)
  }, [document])
  return (
    <div className={styles.framed}>
      <iframe
        ref={frame}
        className={styles.frame}
        title={title}
        sandbox="allow-popups allow-popups-to-escape-sandbox"
        referrerPolicy="no-referrer"
      />
      <p className={styles.more}>{leftOut === 0 ? t('plainly') : t('leftOut', { count: leftOut })}</p>
    </div>
  )
}
