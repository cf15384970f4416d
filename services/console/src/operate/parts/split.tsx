import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useGeneralText } from '../../text/general.ts'
import { IconButton } from '../../ui/button.tsx'
import { useShortcut } from '../../ui/shortcuts.tsx'
import styles from './parts.module.css'

/** A list with what is selected beside it; in a narrow window the selected covers the list. */
export const Split = ({ list, detail }: { list: ReactNode; detail?: ReactNode }) => (
  <div className={styles.split} data-open={detail !== undefined && detail !== false}>
    <div className={styles.list}>{list}</div>
    {detail}
  </div>
)

/** What is selected. Escape closes it. */
export function Aside({
  title,
  actions,
  onClose,
  children,
}: {
  title: string
  actions?: ReactNode
  onClose: () => void
  children: ReactNode
}) {
  const t = useGeneralText()
  useShortcut('Escape', t('close'), onClose)
  return (
    <section className={styles.aside} aria-label={title}>
      <div className={styles.asideHead}>
        <h2>{title}</h2>
        <IconButton label={t('close')} onClick={onClose}>
          <X size={18} aria-hidden="true" />
        </IconButton>
      </div>
      {actions && <div className={styles.asideActions}>{actions}</div>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard. */}
      <div className={styles.asideBody} tabIndex={0}>
        {children}
      </div>
    </section>
  )
}
