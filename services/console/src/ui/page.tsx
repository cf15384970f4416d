import { type ReactNode, useEffect } from 'react'
import styles from './page.module.css'

/**
 * A page: its name, what can be done, and its content.
 * @param full the content fills the window and scrolls in its own parts
 */
export function Page({
  title,
  actions,
  below,
  full = false,
  children,
}: {
  title: string
  actions?: ReactNode
  /** Under the title: filters, tabs. */
  below?: ReactNode
  full?: boolean
  children: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} · Alta`
  }, [title])
  return (
    <div className={full ? `${styles.page} ${styles.full}` : styles.page}>
      <div className={styles.head}>
        <h1>{title}</h1>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {below}
      <div className={styles.content}>{children}</div>
    </div>
  )
}

/** A part of a page with a name of its own. */
export function Section({
  title,
  actions,
  children,
}: {
  title: string
  actions?: ReactNode
  children: ReactNode
}) {
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <h2>{title}</h2>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </section>
  )
}
