import type { ComponentProps, ReactNode } from 'react'
import { Link, type LinkProps } from 'react-router'
import styles from './button.module.css'

type Kind = 'plain' | 'primary' | 'danger' | 'quiet'
const classOf = (kind: Kind, isIcon = false): string =>
  [styles.button, kind === 'plain' ? '' : styles[kind], isIcon ? styles.icon : ''].filter(Boolean).join(' ')

/** @param shortcut shown on it; `useShortcut` makes it work */
export function Button({
  kind = 'plain',
  shortcut,
  children,
  ...rest
}: Omit<ComponentProps<'button'>, 'className'> & { kind?: Kind; shortcut?: string }) {
  return (
    <button type="button" {...rest} className={classOf(kind)}>
      {children}
      {shortcut && (
        <span className={styles.key} aria-hidden="true">
          {shortcut}
        </span>
      )}
    </button>
  )
}

/** A button that is a picture; `label` is its name, and shown on hover. */
export function IconButton({
  label,
  kind = 'quiet',
  children,
  ...rest
}: Omit<ComponentProps<'button'>, 'className' | 'aria-label' | 'title'> & {
  label: string
  kind?: Kind
  children: ReactNode
}) {
  return (
    <button type="button" {...rest} className={classOf(kind, true)} aria-label={label} title={label}>
      {children}
    </button>
  )
}

/** Leads somewhere and looks like a button. */
export function LinkButton({ kind = 'plain', ...rest }: Omit<LinkProps, 'className'> & { kind?: Kind }) {
  return <Link {...rest} className={classOf(kind)} />
}
