import { LogOut, Menu as MenuIcon, UserRound } from 'lucide-react'
import { lazy, Suspense, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { NavLink, Outlet, useLocation, useNavigate, useNavigation } from 'react-router'
import { onSession } from '../api/send.ts'
import { followChanges, liveState } from '../live/live.ts'
import { ConfirmBanner } from '../session/confirm-banner.tsx'
import { ProofDialog } from '../session/proof-dialog.tsx'
import { useMay, useMe } from '../session/session.ts'
import { signOut } from '../session/sign-out.ts'
import { useGeneralText } from '../text/general.ts'
import { IconButton } from '../ui/button.tsx'
import { useFailureText } from '../ui/failure-text.ts'
import { isTyping, Shortcuts, useShortcut } from '../ui/shortcuts.tsx'
import { Toasts, toast } from '../ui/toasts.tsx'
import { navigation } from './navigation.ts'
import styles from './shell.module.css'

/** Not needed to see the first page, and with it comes all that speaks to the upload routes. */
const UploadsTray = lazy(async () => ({
  default: (await import('../uploads/uploads-tray.tsx')).UploadsTray,
}))

/** What stands around every page: the bar on the left, the connection, dialogs that any request may need. */
export function Shell() {
  const [proof, setProof] = useState<(given: boolean) => void>()
  useEffect(() => {
    onSession({
      signedOut: () => void leave(),
      askForProof: () => new Promise((resolve) => setProof(() => resolve)),
    })
  }, [])
  useEffect(followChanges, [])
  return (
    <Shortcuts>
      <Frame />
      <Suspense>
        <UploadsTray />
      </Suspense>
      <Toasts />
      {proof && (
        <ProofDialog
          onDone={(given) => {
            proof(given)
            setProof(undefined)
          }}
        />
      )}
    </Shortcuts>
  )
}

/** By loading the page anew: what this one has shown is in its memory, and somebody else may sign in next. */
async function leave(): Promise<void> {
  const { stopAll } = await import('../uploads/uploads.ts')
  // Nothing of theirs is taken any more, and the browser would ask whether to stay for them.
  stopAll()
  const place = window.location.pathname.replace(/^\/console/, '') + window.location.search
  window.location.assign(`/console/sign-in?next=${encodeURIComponent(place)}`)
}

function Frame() {
  const t = useGeneralText()
  const [isOpen, setOpen] = useState(false)
  const { pathname } = useLocation()
  const { state } = useNavigation()
  const connection = useSyncExternalStore(liveState.subscribe, liveState.current)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the menu.
  useEffect(() => setOpen(false), [pathname])
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        {t('skip')}
      </a>
      <header className={styles.bar} data-open={isOpen}>
        <div className={styles.brand}>
          <img src="/console/icon.svg" alt="" width={22} height={22} />
          <span>Alta</span>
          <span className={styles.menuButton}>
            <IconButton label={t('menu')} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              <MenuIcon size={18} aria-hidden="true" />
            </IconButton>
          </span>
        </div>
        <Navigation />
        <Who />
      </header>
      <main id="content" className={styles.main} tabIndex={-1} data-loading={state === 'loading'}>
        {connection === 'away' && (
          <p className={styles.away} role="status">
            {t('away')}
          </p>
        )}
        <ConfirmBanner />
        <Outlet />
      </main>
    </div>
  )
}

function Navigation() {
  const t = useGeneralText()
  const may = useMay()
  return (
    <nav className={styles.nav} aria-label={t('menu')}>
      {navigation.map(({ title, entries }) => {
        const shown = entries.filter(({ permission }) => permission === undefined || may(permission))
        if (shown.length === 0) return null
        return (
          <div key={title ?? 'first'} className={styles.group}>
            {title && <h2 className={styles.groupTitle}>{t(title)}</h2>}
            {shown.map((entry) => (
              <NavLink key={entry.to} to={entry.to} end={entry.to === '/'} className={styles.entry ?? ''}>
                <entry.icon size={17} aria-hidden="true" />
                {t(entry.label)}
              </NavLink>
            ))}
          </div>
        )
      })}
      <GoTo />
    </nav>
  )
}

/** `g`, then the key of a page. */
function GoTo() {
  const t = useGeneralText()
  const may = useMay()
  const navigate = useNavigate()
  const isGoing = useRef(false)
  const keys = navigation.flatMap(({ entries }) =>
    entries.filter(({ key, permission }) => key && (permission === undefined || may(permission))),
  )
  useShortcut('g', `${t('menu')}: ${keys.map(({ key, label }) => `${key} ${t(label)}`).join(', ')}`, () => {
    isGoing.current = true
    setTimeout(() => {
      isGoing.current = false
    }, 1_500)
  })
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!isGoing.current || event.key === 'g') return
      isGoing.current = false
      if (isTyping(event.target) || event.ctrlKey || event.altKey || event.metaKey) return
      const entry = keys.find(({ key }) => key === event.key.toLowerCase())
      if (!entry) return
      event.preventDefault()
      event.stopImmediatePropagation()
      navigate(entry.to)
    }
    window.addEventListener('keydown', press, { capture: true })
    return () => window.removeEventListener('keydown', press, { capture: true })
  })
  return null
}

function Who() {
  const t = useGeneralText()
  const failureText = useFailureText()
  const me = useMe()
  return (
    <div className={styles.who}>
      <NavLink to="/profile" className={styles.entry ?? ''} title={me.email}>
        <UserRound size={17} aria-hidden="true" />
        <span className={styles.name}>{me.name}</span>
      </NavLink>
      <IconButton
        label={t('signOut')}
        onClick={() => signOut().catch((error: unknown) => toast(failureText(error)))}
      >
        <LogOut size={17} aria-hidden="true" />
      </IconButton>
    </div>
  )
}
