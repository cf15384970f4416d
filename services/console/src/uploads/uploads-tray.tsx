import { ChevronDown, ChevronUp, Pause, Play, RotateCw, X } from 'lucide-react'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { Link } from 'react-router'
import { sizeOf } from '../items/size.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { useFailureText } from '../ui/failure-text.ts'
import { useShortcut } from '../ui/shortcuts.tsx'
import { useUploadText } from './text.ts'
import { inOrder, isOver, isUnderWay, mayHelpAgain, progressOf, UNREADABLE, type Upload } from './upload.ts'
import { cancel, dismiss, dismissAll, goOnWith, pause, resume, uploadStore, watchUploads } from './uploads.ts'
import styles from './uploads-tray.module.css'

/** A folder may have thousands of files, and each part that is sent draws the list anew: what moves stands first. */
const MOST_LINES = 100

/** Files on their way, on every page: they are sent while one goes on working. Nothing where there are none. */
export function UploadsTray() {
  const t = useUploadText()
  const uploads = useSyncExternalStore(uploadStore.subscribe, uploadStore.current)
  const [isOpen, setOpen] = useState(true)
  useEffect(watchUploads, [])
  const isEmpty = uploads.length === 0
  useShortcut('u', isOpen ? t('hide') : t('open'), isEmpty ? undefined : () => setOpen(!isOpen))
  if (isEmpty) return null
  const open = uploads.filter(isUnderWay).length
  const held = uploads.filter((upload) => !isOver(upload)).length - open
  const underWay = open > 0 ? t('underWay', { count: open }) : undefined
  const onHold = held > 0 ? t('onHold', { count: held }) : undefined
  return (
    <section className={styles.tray} aria-label={t('title')}>
      <div className={styles.head}>
        <span role="status">{underWay ?? onHold ?? t('allOver')}</span>
        {open > 0 && <progress aria-label={t('title')} value={progressOf(uploads)} />}
        <IconButton
          label={isOpen ? t('hide') : t('open')}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? <ChevronDown size={16} aria-hidden="true" /> : <ChevronUp size={16} aria-hidden="true" />}
        </IconButton>
      </div>
      {isOpen && (
        <>
          <ul className={styles.lines}>
            {inOrder(uploads)
              .slice(0, MOST_LINES)
              .map((upload) => (
                <Line key={upload.id} upload={upload} />
              ))}
          </ul>
          {uploads.length > MOST_LINES && (
            <p className={styles.foot}>{t('more', { count: uploads.length - MOST_LINES })}</p>
          )}
          {uploads.some(isOver) && (
            <div className={styles.foot}>
              <Button kind="quiet" onClick={dismissAll}>
                {t('clear')}
              </Button>
            </div>
          )}
        </>
      )}
    </section>
  )
}

function Line({ upload }: { upload: Upload }) {
  const t = useUploadText()
  const { id, name, size, sent, state } = upload
  return (
    <li className={styles.line} data-state={state}>
      <span className={styles.name} title={name}>
        {name}
      </span>
      <span className={styles.actions}>
        {(state === 'sending' || state === 'waiting') && (
          <IconButton label={t('pause', { name })} onClick={() => pause(id)}>
            <Pause size={15} aria-hidden="true" />
          </IconButton>
        )}
        {state === 'paused' && (
          <IconButton label={t('resume', { name })} onClick={() => resume(id)}>
            <Play size={15} aria-hidden="true" />
          </IconButton>
        )}
        {state === 'failed' && mayHelpAgain(upload) && (
          <IconButton label={t('retry', { name })} onClick={() => resume(id)}>
            <RotateCw size={15} aria-hidden="true" />
          </IconButton>
        )}
        <IconButton
          label={isOver(upload) ? t('dismiss', { name }) : t('cancel', { name })}
          onClick={() => (isOver(upload) ? dismiss(id) : cancel(id))}
        >
          <X size={15} aria-hidden="true" />
        </IconButton>
      </span>
      {!isOver(upload) && (
        <progress className={styles.progress} aria-label={t('progress', { name })} value={sent} max={size} />
      )}
      <Says upload={upload} />
    </li>
  )
}

function Says({ upload }: { upload: Upload }) {
  const t = useUploadText()
  const { state, problem, itemId, kind } = upload
  const counts = { sent: sizeOf(upload.sent), size: sizeOf(upload.size) }
  const there = itemId && (
    <Link to={`/${kind === 'voice' ? 'voice-samples' : 'documents'}/${itemId}`}>{t('show')}</Link>
  )
  return (
    <span className={styles.says}>
      {state === 'waiting' && t('waiting')}
      {state === 'sending' && t('sending', counts)}
      {state === 'paused' && t('paused', counts)}
      {state === 'away' && t('offline')}
      {state === 'lost' && <Lost upload={upload} />}
      {state === 'done' && t('done')}
      {state === 'duplicate' && t('duplicate')}
      {state === 'failed' && <Why problem={problem} />} {there}
    </span>
  )
}

function Why({ problem }: { problem: Upload['problem'] | undefined }) {
  const t = useUploadText()
  const failureText = useFailureText()
  if (problem === 'type') return t('type')
  if (problem?.code === UNREADABLE) return t('content')
  return problem && failureText(problem)
}

function Lost({ upload }: { upload: Upload }) {
  const t = useUploadText()
  const input = useRef<HTMLInputElement>(null)
  const [isOther, setOther] = useState(false)
  return (
    <>
      {t('lost', { sent: sizeOf(upload.sent), size: sizeOf(upload.size) })}{' '}
      <Button onClick={() => input.current?.click()}>{t('choose')}</Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={t('choose')}
        onChange={({ target }) => {
          const file = target.files?.[0]
          if (file) setOther(!goOnWith(upload.id, file))
          target.value = ''
        }}
      />
      {isOther && <span role="alert"> {t('otherFile')}</span>}
    </>
  )
}
