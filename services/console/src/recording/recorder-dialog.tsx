import { Mic } from 'lucide-react'
import { useEffect, useState } from 'react'
import { durationOf } from '../items/size.ts'
import { currentLanguage } from '../text/text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { Notice } from '../ui/notice.tsx'
import { addFiles } from '../uploads/uploads.ts'
import styles from './recorder-dialog.module.css'
import { useRecordingText } from './text.ts'
import { useRecorder } from './use-recorder.ts'

/** Records, lets one listen, and hands what is meant to be kept to the uploads. */
export function RecorderDialog({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const t = useRecordingText()
  const recorder = useRecorder()
  const [recorded, setRecorded] = useState<{ blob: Blob; address: string }>()
  const [name, setName] = useState(() =>
    t('recordingOf', {
      at: new Intl.DateTimeFormat(currentLanguage(), { dateStyle: 'medium', timeStyle: 'short' }).format(),
    }),
  )
  useEffect(() => () => URL.revokeObjectURL(recorded?.address ?? ''), [recorded])
  const end = () => {
    const blob = recorder.end()
    if (blob) setRecorded({ blob, address: URL.createObjectURL(blob) })
  }
  const send = () => {
    if (!recorded) return
    const fileName = `${name.trim().replaceAll(/[/\\:]/g, '-') || t('title')}.wav`
    addFiles(projectId, [new File([recorded.blob], fileName, { type: 'audio/wav' })])
    onClose()
  }
  const { state } = recorder
  const isRunning = state === 'recording' || state === 'paused'
  const [isLeaving, setLeaving] = useState(false)
  const isUnsent = isRunning || recorded !== undefined
  useEffect(() => {
    if (!isUnsent) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [isUnsent])
  if (isLeaving) {
    return (
      <Dialog key="leaving" title={t('leaveTitle')} onClose={() => setLeaving(false)}>
        <p>{t('leaveWhy')}</p>
        <DialogActions>
          <Button onClick={() => setLeaving(false)}>{t('keep')}</Button>
          <Button kind="danger" onClick={onClose}>
            {t('leave')}
          </Button>
        </DialogActions>
      </Dialog>
    )
  }
  return (
    <Dialog key="recorder" title={t('title')} onClose={() => (isUnsent ? setLeaving(true) : onClose())}>
      {recorder.error !== undefined && <Notice kind="bad">{t('refused')}</Notice>}
      {!recorded && <p>{t('why')}</p>}
      {isRunning && (
        <div className={styles.live}>
          <Mic size={20} aria-hidden="true" />
          <meter aria-label={t('level')} min={0} max={1} value={recorder.level} />
          <span role="timer">{durationOf(recorder.seconds)}</span>
        </div>
      )}
      {recorded && (
        <>
          {/* biome-ignore lint/a11y/useMediaCaption: what somebody has just said has no captions yet. */}
          <audio className={styles.player} controls src={recorded.address} aria-label={t('listen')} />
          <TextField
            label={t('name')}
            value={name}
            maxLength={200}
            onChange={(event) => setName(event.target.value)}
          />
        </>
      )}
      <DialogActions>
        {(state === 'idle' || state === 'starting') && (
          <Button kind="primary" disabled={state === 'starting'} onClick={recorder.start}>
            {t('start')}
          </Button>
        )}
        {state === 'recording' && <Button onClick={recorder.pause}>{t('pause')}</Button>}
        {state === 'paused' && <Button onClick={recorder.goOn}>{t('goOn')}</Button>}
        {isRunning && (
          <Button kind="primary" onClick={end}>
            {t('end')}
          </Button>
        )}
        {recorded && (
          <>
            <Button
              onClick={() => {
                setRecorded(undefined)
                void recorder.start()
              }}
            >
              {t('again')}
            </Button>
            <Button kind="primary" onClick={send}>
              {t('send')}
            </Button>
          </>
        )}
      </DialogActions>
    </Dialog>
  )
}
