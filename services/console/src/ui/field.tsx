import { type ComponentProps, type ReactNode, useId } from 'react'
import styles from './field.module.css'

interface Described {
  label: string
  hint?: ReactNode
  /** What is wrong with what was entered; read out with the field. */
  fault?: string | undefined
}

export function TextField({
  label,
  hint,
  fault,
  ...rest
}: Described & Omit<ComponentProps<'input'>, 'className'>) {
  const { id, described, frame } = useFrame({ label, hint, fault })
  return frame(
    <input
      {...rest}
      id={id}
      className={styles.input}
      aria-invalid={Boolean(fault)}
      aria-describedby={described}
    />,
  )
}

export function TextArea({
  label,
  hint,
  fault,
  ...rest
}: Described & Omit<ComponentProps<'textarea'>, 'className'>) {
  const { id, described, frame } = useFrame({ label, hint, fault })
  return frame(
    <textarea
      {...rest}
      id={id}
      className={styles.input}
      aria-invalid={Boolean(fault)}
      aria-describedby={described}
    />,
  )
}

export function SelectField({
  label,
  hint,
  fault,
  options,
  ...rest
}: Described &
  Omit<ComponentProps<'select'>, 'className' | 'children'> & {
    options: readonly { value: string; label: string }[]
  }) {
  const { id, described, frame } = useFrame({ label, hint, fault })
  return frame(
    <select
      {...rest}
      id={id}
      className={styles.input}
      aria-invalid={Boolean(fault)}
      aria-describedby={described}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>,
  )
}

export function Checkbox({
  label,
  ...rest
}: { label: ReactNode } & Omit<ComponentProps<'input'>, 'className' | 'type'>) {
  return (
    <label className={styles.checkbox}>
      <input {...rest} type="checkbox" />
      <span>{label}</span>
    </label>
  )
}

function useFrame({ label, hint, fault }: Described) {
  const id = useId()
  const described = hint || fault ? `${id}-more` : undefined
  return {
    id,
    described,
    frame: (control: ReactNode) => (
      <div className={styles.field}>
        <label className={styles.label} htmlFor={id}>
          {label}
        </label>
        {control}
        {described && (
          <div id={described}>
            {fault && <div className={styles.fault}>{fault}</div>}
            {hint && <div className={styles.hint}>{hint}</div>}
          </div>
        )}
      </div>
    ),
  }
}
