import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useParams } from 'react-router'
import { SelectField } from '../ui/field.tsx'
import { Awaited, Notice } from '../ui/notice.tsx'
import { fileOf, type Recording, recordingQuery } from './item.ts'
import { Fact, ItemFrame } from './item-frame.tsx'
import styles from './item-page.module.css'
import { durationOf } from './size.ts'
import { Confidence } from './status-badge.tsx'
import { useItemText } from './text.ts'

export function Component() {
  const t = useItemText()
  const { id = '' } = useParams()
  const asked = useQuery(recordingQuery(id))
  const { data } = asked
  if (!data) return <Awaited asked={asked} lines={12} />
  return (
    <ItemFrame
      item={{ ...data, kind: 'voice' }}
      history={data.history}
      tabs={[{ key: 'text', label: t('text'), content: () => <Transcript recording={data} /> }]}
      facts={data.duration !== null && <Fact name={t('duration')}>{durationOf(data.duration)}</Fact>}
    />
  )
}

/** The player over what was said; a line plays from where it was said, and the one that is being said is marked. */
function Transcript({ recording }: { recording: Recording }) {
  const t = useItemText()
  const player = useRef<HTMLAudioElement>(null)
  const [at, setAt] = useState(0)
  const [speed, setSpeed] = useState('1')
  const { segments } = recording
  const play = (from: number) => {
    if (!player.current) return
    player.current.currentTime = from
    void player.current.play()
  }
  return (
    <>
      <div className={styles.player}>
        {/* biome-ignore lint/a11y/useMediaCaption: its words stand below, each with its time. */}
        <audio
          ref={player}
          controls
          preload="metadata"
          aria-label={t('player')}
          src={fileOf({ ...recording, kind: 'voice' })}
          onTimeUpdate={({ currentTarget }) => setAt(currentTarget.currentTime)}
        />
        <SelectField
          label={t('speed')}
          value={speed}
          options={['0.5', '0.75', '1', '1.25', '1.5', '2'].map((value) => ({ value, label: `${value}×` }))}
          onChange={({ target }) => {
            setSpeed(target.value)
            if (player.current) player.current.playbackRate = Number(target.value)
          }}
        />
      </div>
      {segments.length === 0 && <Notice>{t(recording.status === 'failed' ? 'noTextEver' : 'noText')}</Notice>}
      <ol className={styles.segments}>
        {segments.map((segment) => (
          <li key={segment.start}>
            <button
              type="button"
              aria-current={at >= segment.start && at < segment.end && at > 0 ? 'true' : undefined}
              onClick={() => play(segment.start)}
            >
              <span className={styles.quiet}>
                <span className="visually-hidden">{t('playFrom')} </span>
                {durationOf(segment.start)}
              </span>
              <span>{segment.text}</span>
              <span className={styles.quiet}>
                <Confidence value={segment.confidence} />
              </span>
            </button>
          </li>
        ))}
      </ol>
    </>
  )
}
