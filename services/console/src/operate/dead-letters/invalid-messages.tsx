import { useAddress } from '../parts/address.ts'
import styles from './dead-letters.module.css'

/** Messages that break their contract, with where they do. */
export function InvalidMessages({
  of,
}: {
  of: readonly { readonly id: string; readonly faults: readonly { path: string; message: string }[] }[]
}) {
  const { set } = useAddress()
  return (
    <ul className={styles.list}>
      {of.slice(0, 5).map(({ id, faults }) => (
        <li key={id}>
          <a
            href={`?message=${id}`}
            onClick={(event) => {
              event.preventDefault()
              set({ message: id, action: undefined, only: undefined })
            }}
          >
            {id.slice(-8)}
          </a>{' '}
          {faults.map(({ path, message }) => `${path}: ${message}`).join('; ')}
        </li>
      ))}
    </ul>
  )
}
