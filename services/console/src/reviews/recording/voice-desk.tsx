import { useQuery } from '@tanstack/react-query'
import { Pause, Play, Repeat, VolumeX } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { recordingQuery } from '../../items/item.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { DeskFrame } from '../desk/desk-frame.tsx'
import { withoutWords } from '../desk/draft.ts'
import { TextPane } from '../desk/text-pane.tsx'
import { useDesk } from '../desk/use-desk.ts'
import { WholeText } from '../desk/whole-text.tsx'
import { groupWords } from '../desk/words.ts'
import type { ReviewState, VoiceReview } from '../review.ts'
import { useReviewText } from '../text.ts'
import { clock, heardAt } from './segments.ts'
import { usePlayer } from './use-player.ts'
import styles from './voice-desk.module.css'
import { Waveform } from './waveform.tsx'

/** A recording: its waveform above, what was heard below; the text follows along, and a word plays from where it is. */
export function VoiceDesk({ state, review }: { state: ReviewState; review: VoiceReview }) {
  const t = useReviewText()
  const desk = useDesk(state, review)
  const { selection, draft, doubtful } = desk
  const { words, segments, duration } = review
  const sample = useQuery(recordingQuery(review.subjectId))
  const version = sample.data?.version
  const bySegment = useMemo(() => groupWords(words, ({ segment }) => segment), [words])
  const lines = useMemo(() => [...bySegment].map(([key, spoken]) => ({ key, words: spoken })), [bySegment])
  const [heard, setHeard] = useState<number>()
  const position = useRef<((seconds: number) => void) | null>(null)
  const slider = useRef<HTMLInputElement>(null)
  const time = useRef<HTMLSpanElement>(null)
  const player = usePlayer((seconds) => {
    position.current?.(seconds)
    if (slider.current) slider.current.value = String(seconds)
    if (time.current) time.current.textContent = clock(seconds)
    setHeard(heardAt(words, seconds))
  })
  const selected = selection.selected === undefined ? undefined : words[selection.selected]
  const place = selected?.segment ?? 0
  const segment = segments[place]
  const isSilenced =
    (bySegment.get(place) ?? []).every(({ index }) => draft.draft.edits.get(index)?.after === '') &&
    (bySegment.get(place)?.length ?? 0) > 0

  const playWord = () => player.playFrom((selected?.start ?? 0) - 0.15)
  const repeat = () => player.setLoop(player.loop || !segment ? undefined : segment)
  const silence = () => draft.change(withoutWords(draft.current(), bySegment.get(place) ?? []))
  const toSegment = (step: 1 | -1) => {
    for (let goal = place + step; goal >= 0 && goal < segments.length; goal += step) {
      const first = bySegment.get(goal)?.[0]
      if (!first) continue
      selection.select(first.index)
      if (player.loop) player.setLoop(segments[goal])
      if (player.isPlaying) player.seek(first.start)
      return
    }
  }
  useShortcut('k', t('playPause'), player.toggle)
  useShortcut('w', t('playWord'), selected && playWord)
  useShortcut('l', t('loopSegment'), segment && repeat)
  useShortcut('m', t('markSilence'), desk.readOnly || !segment ? undefined : silence)
  useShortcut('[', t('slower'), () => player.changeSpeed(-1))
  useShortcut(']', t('faster'), () => player.changeSpeed(1))
  useShortcut('PageDown', t('nextSegment'), () => toSegment(1), { repeats: true })
  useShortcut('PageUp', t('previousSegment'), () => toSegment(-1), { repeats: true })

  return (
    <DeskFrame desk={desk}>
      <div className={styles.desk}>
        <section className={styles.player} aria-label={t('player')}>
          {/* biome-ignore lint/a11y/useMediaCaption: its text stands below it. */}
          <audio
            ref={player.audio}
            preload="auto"
            src={
              version === undefined
                ? undefined
                : `/api/v1/voice-samples/${review.subjectId}/file?version=${version}`
            }
          />
          {sample.error && !sample.data && (
            <ProblemNotice error={sample.error} onRetry={() => void sample.refetch()} />
          )}
          {player.isBroken && <Notice kind="bad">{t('cannotPlay')}</Notice>}
          {version !== undefined && (
            <Waveform
              id={review.subjectId}
              version={version}
              duration={duration}
              loop={player.loop}
              position={position}
              onSeek={player.seek}
            />
          )}
          <input
            ref={slider}
            type="range"
            min={0}
            max={duration}
            step={0.1}
            defaultValue={0}
            className={styles.slider}
            aria-label={t('position')}
            onChange={({ target }) => player.seek(Number(target.value))}
          />
          <div className={styles.tools} role="toolbar" aria-label={t('player')}>
            <IconButton kind="primary" label={t('playPause')} onClick={player.toggle}>
              {player.isPlaying ? (
                <Pause size={18} aria-hidden="true" />
              ) : (
                <Play size={18} aria-hidden="true" />
              )}
            </IconButton>
            <span className={styles.time}>
              <span ref={time}>0:00</span> / {clock(duration)}
            </span>
            <Button kind="quiet" onClick={() => player.changeSpeed(-1)} aria-label={t('slower')}>
              −
            </Button>
            <span className={styles.time}>{player.speed}×</span>
            <Button kind="quiet" onClick={() => player.changeSpeed(1)} aria-label={t('faster')}>
              +
            </Button>
            {segment && (
              <span className={styles.segment}>
                {t('segmentOf', { number: place + 1, count: segments.length })} · {clock(segment.start)}–
                {clock(segment.end)}
                <Button kind="quiet" shortcut="l" aria-pressed={player.loop !== undefined} onClick={repeat}>
                  <Repeat size={16} aria-hidden="true" /> {t('loopSegment')}
                </Button>
                <Button kind="quiet" shortcut="m" disabled={desk.readOnly || isSilenced} onClick={silence}>
                  <VolumeX size={16} aria-hidden="true" /> {t('markSilence')}
                </Button>
              </span>
            )}
          </div>
        </section>
        <div className={styles.text}>
          {words.length === 0 ? (
            <WholeText draft={draft} readOnly={desk.readOnly} />
          ) : (
            <TextPane
              label={t('wordsHeard')}
              lines={lines}
              draft={draft.draft}
              doubtful={doubtful}
              selection={{
                ...selection,
                select(index) {
                  selection.select(index)
                  const word = words[index]
                  if (word && player.isPlaying) player.seek(word.start)
                },
              }}
              onPick={(index) => player.playFrom((words[index]?.start ?? 0) - 0.15)}
              playing={player.isPlaying ? heard : undefined}
              onSpace={player.toggle}
              readOnly={desk.readOnly}
              pane={desk.pane}
            />
          )}
        </div>
      </div>
    </DeskFrame>
  )
}
