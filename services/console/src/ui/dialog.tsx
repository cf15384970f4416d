import { X } from 'lucide-react'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { useGeneralText } from '../text/general.ts'
import { IconButton } from './button.tsx'
import styles from './dialog.module.css'

const fields = ['input', 'textarea', 'select'].map((name) => `${name}:enabled`).join()

/**
 * The browser's own modal dialog: it holds the focus, gives it back, and Escape closes it. Shown for as long as it is
 * rendered. Where it asks for something, one types at once.
 */
export function Dialog({
  title,
  onClose,
  wide = false,
  children,
}: {
  title: string
  onClose: () => void
  wide?: boolean
  children: ReactNode
}) {
  const t = useGeneralText()
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const body = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = dialog.current
    if (!element || element.open) return
    element.showModal()
    // The browser would take what comes first, which closes it with the next space. React's autoFocus comes too early.
    body.current?.querySelector<HTMLElement>(fields)?.focus()
  }, [])
  return (
    <dialog
      ref={dialog}
      className={wide ? `${styles.dialog} ${styles.wide}` : styles.dialog}
      aria-labelledby={id}
      onClose={(event) => {
        if (event.target === dialog.current) onClose()
      }}
    >
      <div className={styles.head}>
        <h2 id={id}>{title}</h2>
        <IconButton label={t('close')} onClick={() => dialog.current?.close()}>
          <X size={18} aria-hidden="true" />
        </IconButton>
      </div>
      <div className={styles.body} ref={body}>
        {children}
      </div>
    </dialog>
  )
}

export const DialogActions = ({ children }: { children: ReactNode }) => (
  <div className={styles.actions}>{children}</div>
)
