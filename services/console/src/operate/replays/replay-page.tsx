import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { answer, api } from '../../api/api.ts'
import { queries } from '../../api/queries.ts'
import { useMay } from '../../session/session.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Notice, ProblemNotice, Skeleton } from '../../ui/notice.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { Time } from '../../ui/time.tsx'
import { ActionDialog } from '../parts/action-dialog.tsx'
import { useAddress } from '../parts/address.ts'
import { Facts, Figure, Figures } from '../parts/facts.tsx'
import { count } from '../parts/figures.ts'
import { startOver } from '../parts/pages.ts'
import partStyles from '../parts/parts.module.css'
import taskStyles from '../tasks/tasks.module.css'
import { useOperateText } from '../text.ts'
import { isEnded, replayQuery, replayTones } from './replay.ts'
import { useReplaysText } from './text.ts'

/** How far a replay is, and what can be done about it. */
export function Component() {
  const t = useReplaysText()
  const o = useOperateText()
  const { id = '' } = useParams()
  const { get, set } = useAddress()
  const may = useMay()('operations:write')
  const found = useQuery(replayQuery(id))
  const replay = found.data
  const options = { params: { path: { id } } }
  const change = useMutation({
    mutationFn: (verb: 'pause' | 'resume') =>
      answer(
        verb === 'pause'
          ? api.POST('/api/v1/events/replays/{id}/pause', options)
          : api.POST('/api/v1/events/replays/{id}/resume', options),
      ),
    onSuccess: (changed) => queries.setQueryData(replayQuery(id).queryKey, changed),
  })
  const runs = replay !== undefined && !isEnded(replay) && may
  const canPause = runs && replay.state === 'sending'
  const canResume = runs && replay.state === 'paused'
  useShortcut(
    'p',
    canResume ? t('resume') : t('pause'),
    canPause ? () => change.mutate('pause') : canResume ? () => change.mutate('resume') : undefined,
  )
  return (
    <Page
      title={t('wizard')}
      actions={
        <>
          {canPause && (
            <Button shortcut="p" onClick={() => change.mutate('pause')}>
              {t('pause')}
            </Button>
          )}
          {canResume && (
            <Button kind="primary" shortcut="p" onClick={() => change.mutate('resume')}>
              {t('resume')}
            </Button>
          )}
          {runs && (
            <Button kind="danger" onClick={() => set({ action: 'stop' })}>
              {t('stop')}
            </Button>
          )}
          <LinkButton to={`/operate/tasks/${id}`}>{t('openTask')}</LinkButton>
        </>
      }
    >
      {found.error && <ProblemNotice error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && <Skeleton lines={8} />}
      {change.error && <ProblemNotice error={change.error} />}
      {replay && (
        <div className={partStyles.stack}>
          <Notice kind={replay.effects === 'live' ? 'warn' : 'info'}>
            {replay.effects === 'live' ? t('liveWords') : t('mutedWords')}
          </Notice>
          <Section title={t('progress')}>
            <progress
              className={taskStyles.progress}
              aria-label={t('progress')}
              max={Math.max(1, replay.total ?? 1)}
              {...(replay.total === null ? {} : { value: replay.sent })}
            />
            <Figures>
              <Figure
                value={<Badge tone={replayTones[replay.state]}>{t(`state_${replay.state}`)}</Badge>}
                label={o('state')}
              />
              <Figure value={replay.total === null ? '–' : count(replay.total)} label={t('total')} />
              <Figure value={count(replay.sent)} label={t('sent')} />
              <Figure value={count(replay.handled)} label={t('handled')} />
              <Figure
                value={count(replay.failed)}
                label={t('failed')}
                {...(replay.failed > 0 ? { tone: 'bad' as const } : {})}
              />
              <Figure value={count(replay.awaited)} label={t('awaited')} />
            </Figures>
            {replay.failed > 0 && (
              <Link to={`/operate/dead-letters?app=${replay.consumer}&status=open`}>
                {t('toDeadLetters')}
              </Link>
            )}
            <Facts
              of={[
                [t('consumer'), replay.consumer],
                [
                  t('span'),
                  <span key="span">
                    <Time at={replay.from} /> – <Time at={replay.to} />
                  </span>,
                ],
                [t('topics'), replay.topics.join(', ') || t('allTopics')],
                [t('stream'), replay.stream],
                [t('rate'), replay.eventsPerSecond],
                [t('created'), <Time key="created" at={replay.createdAt} />],
                [t('ended'), replay.endedAt && <Time at={replay.endedAt} />],
                [t('reason'), replay.reason],
              ]}
            />
          </Section>
        </div>
      )}
      {runs && get('action') === 'stop' && (
        <ActionDialog
          title={t('stopTitle')}
          confirm={t('stopNow')}
          danger
          onClose={() => set({ action: undefined })}
          run={() => answer(api.POST('/api/v1/events/replays/{id}/stop', options))}
          onDone={async () => {
            set({ action: undefined })
            await startOver('replays')
          }}
        >
          <p>
            {t('stopWords', {
              sent: replay.sent,
              total: replay.total ?? '–',
            })}
          </p>
        </ActionDialog>
      )}
    </Page>
  )
}
