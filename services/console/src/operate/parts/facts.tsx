import type { ReactNode } from 'react'
import styles from './parts.module.css'

/** Names and values; what has no value is left out. */
export const Facts = ({ of }: { of: readonly (readonly [name: string, value: ReactNode])[] }) => (
  <dl className={styles.facts}>
    {of.map(([name, value]) =>
      value === null || value === undefined || value === false || value === '' ? null : (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ),
    )}
  </dl>
)

/** A figure that stands for itself, with its unit or meaning below. */
export const Figure = ({
  value,
  label,
  tone,
}: {
  value: ReactNode
  label: string
  tone?: 'bad' | 'warn' | 'good'
}) => (
  <div className={styles.figure} data-tone={tone}>
    <strong>{value}</strong>
    <span>{label}</span>
  </div>
)

export const Figures = ({ children }: { children: ReactNode }) => (
  <div className={styles.figures}>{children}</div>
)
