import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useState } from 'react'
import { useGeneralText } from '../text/general.ts'
import { Dialog } from './dialog.tsx'
import styles from './shortcuts.module.css'

interface Shortcut {
  /** As `KeyboardEvent.key` has it, with `Ctrl+`, `Alt+` in front; letters in lower case. */
  readonly key: string
  readonly label: string
}

interface Registered extends Shortcut {
  readonly repeats: boolean
  run: (event: KeyboardEvent) => void
}

const Registry = createContext<Set<Registered> | undefined>(undefined)

/**
 * Gives an action a key for as long as it is on the screen, and a line in the list that `?` opens. A key without
 * Ctrl or Alt, or by which text is edited, does nothing while somebody types; of several with one key the newest counts.
 * @param run undefined while the action is not possible
 * @param more.repeats whether holding the key goes on: by it one moves. Anything else is done once, or a key held a
 * moment too long would decide on the next item as well
 */
export function useShortcut(
  key: string,
  label: string,
  run: ((event: KeyboardEvent) => void) | undefined,
  { repeats = false }: { repeats?: boolean } = {},
): void {
  const registry = use(Registry)
  const newest = useRef(run)
  newest.current = run
  const isPossible = run !== undefined
  useEffect(() => {
    if (!registry || !isPossible) return
    const shortcut: Registered = { key, label, repeats, run: (event) => newest.current?.(event) }
    registry.add(shortcut)
    return () => {
      registry.delete(shortcut)
    }
  }, [registry, key, label, repeats, isPossible])
}

export function Shortcuts({ children }: { children: ReactNode }) {
  const t = useGeneralText()
  const registry = useMemo(() => new Set<Registered>(), [])
  const [listed, setListed] = useState<readonly Shortcut[]>()
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return
      const key = nameOf(event)
      const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey
      if (isTyping(event.target) && key !== 'Escape' && (isPlain || ofFields.includes(key))) return
      if (document.querySelector('dialog[open]')) return
      if (key === '?') {
        setListed([...registry])
        return
      }
      const found = [...registry].findLast((each) => each.key === key)
      if (!found) return
      event.preventDefault()
      if (!event.repeat || found.repeats) found.run(event)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [registry])
  return (
    <Registry value={registry}>
      {children}
      {listed && (
        <Dialog title={t('shortcuts')} onClose={() => setListed(undefined)}>
          <dl className={styles.list}>
            {[...listed, { key: '?', label: t('shortcuts') }].map(({ key, label }) => (
              <div key={key + label}>
                <dt>
                  <kbd className={styles.key}>{key === ' ' ? '␣' : key}</kbd>
                </dt>
                <dd>{label}</dd>
              </div>
            ))}
          </dl>
        </Dialog>
      )}
    </Registry>
  )
}

function nameOf({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): string {
  const name = key.length === 1 ? key.toLowerCase() : key
  return `${ctrlKey || metaKey ? 'Ctrl+' : ''}${altKey ? 'Alt+' : ''}${name}`
}

/** By these one works in a field, while one types there. */
const ofFields = ['Ctrl+a', 'Ctrl+c', 'Ctrl+v', 'Ctrl+x', 'Ctrl+y', 'Ctrl+z']

/** Whether what is typed there becomes text. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches('input:not([type=checkbox], [type=radio], [type=range]), textarea, select'))
