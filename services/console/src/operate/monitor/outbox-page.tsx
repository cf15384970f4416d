import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api } from '../../api/api.ts'
import { useMay } from '../../session/session.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, LinkButton } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toasts.tsx'
import { ActionDialog } from '../parts/action-dialog.tsx'
import { useAddress } from '../parts/address.ts'
import { count, duration } from '../parts/figures.ts'
import { Listed } from '../parts/list.tsx'
import { startOver } from '../parts/pages.ts'
import { SimpleTable } from '../parts/simple-table.tsx'
import { useOperateText } from '../text.ts'
import { type Outbox, outboxQuery } from './monitor.ts'
import { useMonitorText } from './text.ts'

const isWell = ({ alive, outbox, inbox }: Outbox): boolean =>
  alive && (outbox?.waiting ?? 0) + (outbox?.failed ?? 0) + (inbox?.parked ?? 0) === 0

/** What waits to be published and to be handled, and what the broker would not take. */
export function Component() {
  const t = useMonitorText()
  const o = useOperateText()
  const may = useMay()('operations:write')
  const { get, set } = useAddress()
  const outboxes = useQuery(outboxQuery)
  const rows = outboxes.data?.items ?? []
  const refused = rows.flatMap(({ app, outbox }) =>
    (outbox?.errors ?? []).map((event) => ({ ...event, app })),
  )
  const repeating = rows.flatMap(({ app, inbox }) =>
    (inbox?.repeating ?? []).map((failure) => ({ ...failure, app })),
  )
  const close = () => set({ action: undefined, app: undefined, event: undefined, topic: undefined })
  const app = get('app')
  const event = refused.find(({ id }) => id === get('event'))
  return (
    <Page
      title={t('outbox')}
      actions={<LinkButton to="/operate/dead-letters">{t('toDeadLetters')}</LinkButton>}
    >
      <Listed
        error={outboxes.error}
        isPending={outboxes.isPending}
        isEmpty={rows.length === 0}
        onRetry={() => void outboxes.refetch()}
        emptyTitle={t('noServices')}
      >
        {rows.length > 0 && rows.every(isWell) && <Notice kind="good">{t('allWell')}</Notice>}
        <Section title={`${t('outboxOf')} / ${t('inboxOf')}`}>
          <SimpleTable
            label={t('outbox')}
            rows={rows}
            rowKey={(row) => row.app}
            columns={[
              {
                title: o('service'),
                cell: (row) => (
                  <>
                    <strong>{row.app}</strong> {!row.alive && <Badge tone="bad">{t('away')}</Badge>}
                  </>
                ),
              },
              { title: t('waiting'), isNumber: true, cell: ({ outbox }) => shown(outbox?.waiting) },
              { title: t('refused'), isNumber: true, cell: ({ outbox }) => shown(outbox?.failed) },
              {
                title: t('oldestUnsent'),
                isNumber: true,
                cell: ({ outbox }) => (outbox?.waiting ? duration(outbox.oldestSeconds) : '–'),
              },
              { title: t('parked'), isNumber: true, cell: ({ inbox }) => shown(inbox?.parked) },
              { title: t('givenUp'), isNumber: true, cell: ({ inbox }) => shown(inbox?.failed) },
              { title: t('working'), isNumber: true, cell: ({ inbox }) => shown(inbox?.working) },
              {
                title: t('oldestParked'),
                isNumber: true,
                cell: ({ inbox }) => (inbox?.parked ? duration(inbox.oldestSeconds) : '–'),
              },
              { title: t('pausedTopics'), cell: ({ inbox }) => inbox?.paused.join(', ') || '–' },
              {
                title: '',
                cell: (row) =>
                  may &&
                  (row.inbox?.parked ?? 0) > 0 && (
                    <Button onClick={() => set({ action: 'repeat', app: row.app })}>
                      {t('releaseParked')}
                    </Button>
                  ),
              },
            ]}
          />
        </Section>
        {repeating.length > 0 && (
          <Section title={t('repeatingTitle')}>
            <p>{t('repeatingWords')}</p>
            <SimpleTable
              label={t('repeatingTitle')}
              rows={repeating}
              rowKey={({ app, topic, errorClass }) => `${app} ${topic} ${errorClass}`}
              columns={[
                { title: o('service'), cell: (row) => row.app },
                { title: o('topic'), cell: (row) => row.topic },
                { title: t('errorClass'), cell: ({ errorClass }) => <code>{errorClass}</code> },
                { title: t('messages'), isNumber: true, cell: ({ messages }) => count(messages) },
                { title: t('attempts'), isNumber: true, cell: ({ attempts }) => count(attempts) },
                {
                  title: t('nextAttempt'),
                  cell: ({ nextAttemptAt }) =>
                    nextAttemptAt ? <Time at={nextAttemptAt} /> : t('whenResumed'),
                },
                {
                  title: '',
                  cell: (row) =>
                    may &&
                    row.nextAttemptAt && (
                      <Button onClick={() => set({ action: 'repeat', app: row.app, topic: row.topic })}>
                        {t('repeatTopic')}
                      </Button>
                    ),
                },
              ]}
            />
          </Section>
        )}
        {refused.length > 0 && (
          <Section title={t('refusedTitle')}>
            <SimpleTable
              label={t('refusedTitle')}
              rows={refused}
              rowKey={({ id }) => id}
              columns={[
                { title: o('service'), cell: (row) => row.app },
                { title: o('topic'), cell: ({ topic }) => topic },
                { title: t('lastError'), cell: ({ lastError }) => lastError },
                { title: t('created'), cell: ({ createdAt }) => <Time at={createdAt} /> },
                {
                  title: t('nextAttempt'),
                  cell: ({ nextAttemptAt }) =>
                    nextAttemptAt ? <Time at={nextAttemptAt} /> : <Badge tone="bad">{t('byHand')}</Badge>,
                },
                {
                  title: '',
                  cell: (row) =>
                    may && (
                      <Button onClick={() => set({ action: 'release', app: row.app, event: row.id })}>
                        {t('release')}
                      </Button>
                    ),
                },
              ]}
            />
          </Section>
        )}
      </Listed>
      {may && get('action') === 'release' && event && (
        <ActionDialog
          title={t('releaseTitle')}
          confirm={t('releaseNow')}
          onClose={close}
          run={() =>
            answer(
              api.POST('/api/v1/monitor/outbox/{app}/{id}/release', {
                params: { path: { app: event.app, id: event.id } },
              }),
            )
          }
          onDone={async () => {
            close()
            toast(t('released'))
            await startOver('monitor')
          }}
        >
          <p>
            <code>{event.topic}</code>: {event.lastError}
          </p>
          <p>{t('releaseWords')}</p>
        </ActionDialog>
      )}
      {may && get('action') === 'repeat' && app && (
        <RepeatDialog app={app} about={get('topic') ?? ''} onClose={close} />
      )}
    </Page>
  )
}

const shown = (value: number | undefined) => (value === undefined ? '–' : count(value))

function RepeatDialog({ app, about, onClose }: { app: string; about: string; onClose: () => void }) {
  const t = useMonitorText()
  const [topic, setTopic] = useState(about)
  return (
    <ActionDialog
      title={t('releaseParkedTitle', { app })}
      confirm={t('releaseParkedNow')}
      onClose={onClose}
      run={() =>
        answer(
          api.POST('/api/v1/monitor/inbox/{app}/release', {
            params: { path: { app } },
            body: topic.trim() ? { topic: topic.trim() } : {},
          }),
        )
      }
      onDone={async ({ released }) => {
        onClose()
        toast(t('releasedParked', { count: released }))
        await startOver('monitor')
      }}
    >
      <p>{t('releaseParkedWords')}</p>
      <TextField label={t('onlyTopic')} value={topic} onChange={(event) => setTopic(event.target.value)} />
    </ActionDialog>
  )
}
