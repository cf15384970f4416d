import { useSyncExternalStore } from 'react'
import { useGeneralText } from '../text/general.ts'
import { Button } from './button.tsx'
import { useFailureText } from './failure-text.ts'
import styles from './toasts.module.css'

interface Toast {
  readonly id: number
  readonly text: string
  /** Takes back what was done, or leads on; told as well when it fails, for the page where it was done may be gone. */
  readonly action?: { readonly label: string; readonly run: () => unknown }
}

let toasts: readonly Toast[] = []
let next = 0
const watchers = new Set<() => void>()

function become(changed: readonly Toast[]): void {
  toasts = changed
  for (const watcher of watchers) watcher()
}

/**
 * Says what was done, for ten seconds; with `action` it can be taken back. Failures belong where they happened.
 * @returns takes the words away earlier, when they are true no more
 */
export function toast(text: string, action?: Toast['action']): () => void {
  const shown: Toast = { id: next++, text, ...(action ? { action } : {}) }
  become([...toasts.slice(-2), shown])
  setTimeout(() => close(shown.id), 10_000)
  return () => close(shown.id)
}

const close = (id: number): void => become(toasts.filter((each) => each.id !== id))

const store = {
  subscribe(watcher: () => void): () => void {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  },
  current: () => toasts,
}

export function Toasts() {
  const t = useGeneralText()
  const failureText = useFailureText()
  const shown = useSyncExternalStore(store.subscribe, store.current)
  return (
    <div className={styles.toasts} role="status">
      {shown.map(({ id, text, action }) => (
        <div key={id} className={styles.toast}>
          <span>{text}</span>
          {action && (
            <Button
              onClick={async () => {
                close(id)
                try {
                  await action.run()
                } catch (error) {
                  toast(failureText(error))
                }
              }}
            >
              {action.label}
            </Button>
          )}
          <Button kind="quiet" onClick={() => close(id)}>
            {t('close')}
          </Button>
        </div>
      ))}
    </div>
  )
}
