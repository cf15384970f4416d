import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { useOperateText } from '../text.ts'
import { useAddress } from './address.ts'
import styles from './parts.module.css'

/**
 * Narrows a list; each field is a parameter of the address, so that a view can be sent to somebody. `/` goes to the
 * first field.
 * @param names parameters that "Clear" removes
 */
export function Filters({ names, children }: { names: readonly string[]; children: ReactNode }) {
  const t = useOperateText()
  const { get, set } = useAddress()
  const form = useRef<HTMLFormElement>(null)
  useShortcut('/', t('filter'), () => form.current?.querySelector<HTMLElement>('input, select')?.focus())
  const isNarrowed = names.some((name) => get(name) !== undefined)
  return (
    <form ref={form} className={styles.filters} role="search" onSubmit={(event) => event.preventDefault()}>
      {children}
      {isNarrowed && (
        <Button kind="quiet" onClick={() => set(Object.fromEntries(names.map((name) => [name, undefined])))}>
          {t('clear')}
        </Button>
      )}
    </form>
  )
}

/** Taken with Enter, or when it is left. */
export function TextFilter({
  name,
  label,
  type = 'text',
}: {
  name: string
  label: string
  type?: 'text' | 'datetime-local'
}) {
  const id = useId()
  const { get, set } = useAddress()
  const value = get(name) ?? ''
  const [typed, setTyped] = useState(value)
  useEffect(() => setTyped(value), [value])
  const take = () => {
    if (typed.trim() !== value) set({ [name]: typed.trim() || undefined })
  }
  return (
    <span className={styles.filter}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take()
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
    </span>
  )
}

export function SelectFilter({
  name,
  label,
  options,
}: {
  name: string
  label: string
  options: readonly { value: string; label: string }[]
}) {
  const id = useId()
  const { get, set } = useAddress()
  return (
    <span className={styles.filter}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={get(name) ?? ''} onChange={(event) => set({ [name]: event.target.value })}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </span>
  )
}
