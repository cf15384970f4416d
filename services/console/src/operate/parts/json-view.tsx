import { CopyButton } from '../../ui/copy-button.tsx'
import styles from './parts.module.css'

/** A value as its JSON, to read and to copy. */
export function JsonView({ label, value }: { label: string; value: unknown }) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)
  return (
    <figure className={styles.json}>
      <figcaption>
        {label}
        <CopyButton text={text} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard. */}
      <pre tabIndex={0}>{text}</pre>
    </figure>
  )
}
