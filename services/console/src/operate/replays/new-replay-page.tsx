import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { answer, api } from '../../api/api.ts'
import { newIdempotencyKey } from '../../api/idempotency-key.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { servicesQuery } from '../monitor/monitor.ts'
import { momentOf, useAddress } from '../parts/address.ts'
import { count, duration } from '../parts/figures.ts'
import { startOver } from '../parts/pages.ts'
import partStyles from '../parts/parts.module.css'
import { SimpleTable } from '../parts/simple-table.tsx'
import { useOperateText } from '../text.ts'
import { useReplaysText } from './text.ts'

/** `YYYY-MM-DDTHH:mm` of this place, as a field for a time holds it. @param moment of an address, which may say anything */
function localTime(moment: string | undefined, otherwise: number): string {
  const date = new Date(momentOf(moment) ?? otherwise)
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return shifted.toISOString().slice(0, 16)
}

/** What is entered stands in the address, so that a replay can be prepared by one and looked at by another. */
export function Component() {
  const t = useReplaysText()
  const o = useOperateText()
  const navigate = useNavigate()
  const { get, set: change } = useAddress()
  // Going back leads out of the form, not through every letter of it.
  const set = (changes: Parameters<typeof change>[0]) => change(changes, { replace: true })
  const services = useQuery({ ...servicesQuery, refetchInterval: false })
  const [now] = useState(() => Date.now())
  const key = useRef(newIdempotencyKey())
  const entered = {
    consumer: get('consumer') ?? '',
    from: localTime(get('from'), now - 3_600_000),
    to: localTime(get('to'), now + 60_000),
    topics: get('topics') ?? '',
    stream: get('stream') ?? '',
    effects: get('effects') === 'live' ? ('live' as const) : ('muted' as const),
    rate: get('rate') ?? '',
  }
  const topics = entered.topics.split(/[\s,;]+/).filter(Boolean)
  const body = {
    consumer: entered.consumer,
    from: momentOf(entered.from) ?? '',
    to: momentOf(entered.to) ?? '',
    effects: entered.effects,
    ...(topics.length > 0 ? { topics } : {}),
    ...(entered.stream ? { stream: entered.stream } : {}),
    ...(Number(entered.rate) > 0 ? { eventsPerSecond: Number(entered.rate) } : {}),
  }
  const asked = JSON.stringify(body)
  const preview = useMutation({
    mutationFn: async () => ({
      asked,
      found: await answer(api.POST('/api/v1/events/replays', { body: { ...body, dryRun: true } })),
    }),
  })
  const found =
    preview.data?.asked === asked && 'dryRun' in preview.data.found ? preview.data.found : undefined
  const start = useMutation({
    mutationFn: () =>
      answer(
        api.POST('/api/v1/events/replays', {
          params: { header: { 'idempotency-key': key.current } },
          body,
        }),
      ),
    onSuccess: async (begun) => {
      await startOver('replays')
      if ('id' in begun) await navigate(`/operate/replays/${begun.id}`)
    },
  })
  return (
    <Page title={t('wizard')}>
      <Section title={t('step1')}>
        <form
          className={partStyles.form}
          onSubmit={(event) => {
            event.preventDefault()
            preview.mutate()
          }}
        >
          <div className={partStyles.columns}>
            <SelectField
              label={t('consumer')}
              required
              value={entered.consumer}
              onChange={(event) => set({ consumer: event.target.value })}
              options={[
                { value: '', label: t('pickConsumer') },
                ...(services.data?.items ?? []).map(({ app }) => ({ value: app, label: app })),
              ]}
            />
            <TextField
              label={o('from')}
              type="datetime-local"
              required
              value={entered.from}
              onChange={(event) => set({ from: momentOf(event.target.value) })}
            />
            <TextField
              label={o('to')}
              type="datetime-local"
              required
              value={entered.to}
              onChange={(event) => set({ to: momentOf(event.target.value) })}
            />
            <TextField
              label={t('topics')}
              hint={t('topicsHint')}
              value={entered.topics}
              onChange={(event) => set({ topics: event.target.value })}
            />
            <TextField
              label={t('stream')}
              value={entered.stream}
              onChange={(event) => set({ stream: event.target.value })}
            />
            <TextField
              label={t('rate')}
              type="number"
              min={1}
              max={5_000}
              placeholder="500"
              value={entered.rate}
              onChange={(event) => set({ rate: event.target.value })}
            />
            <SelectField
              label={t('effects')}
              value={entered.effects}
              onChange={(event) => set({ effects: event.target.value === 'live' ? 'live' : undefined })}
              options={[
                { value: 'muted', label: t('effectsMuted') },
                { value: 'live', label: t('effectsLive') },
              ]}
            />
          </div>
          <div className={partStyles.row}>
            <Button
              kind={found ? 'plain' : 'primary'}
              type="submit"
              disabled={!entered.consumer || preview.isPending}
            >
              {t('count')}
            </Button>
            <span className={partStyles.quiet}>{t('countHint')}</span>
          </div>
          {services.error && <ProblemNotice error={services.error} onRetry={() => void services.refetch()} />}
          {preview.error && <ProblemNotice error={preview.error} />}
        </form>
      </Section>
      {found && (
        <Section title={t('step2')}>
          <p role="status">
            <strong>{t('willSend', { count: found.total, consumer: found.consumer })}</strong>
            {found.passedOver > 0 && `, ${t('passedOver', { count: found.passedOver })}`}.{' '}
            {t('takes', { time: duration(found.seconds) })}
          </p>
          <Notice kind={found.effects === 'live' ? 'warn' : 'good'}>
            {found.effects === 'live' ? t('liveWords') : t('mutedWords')}
          </Notice>
          <p>{t('others', { consumer: found.consumer })}</p>
          <p className={partStyles.quiet}>{t('idempotent')}</p>
          {found.byTopic.length > 0 && (
            <SimpleTable
              label={t('topics')}
              rows={found.byTopic}
              rowKey={({ topic }) => topic}
              columns={[
                { title: o('topic'), cell: ({ topic }) => topic },
                { title: t('events'), isNumber: true, cell: ({ events }) => count(events) },
                { title: t('handlers'), cell: ({ handlers }) => handlers.join(', ') || '–' },
              ]}
            />
          )}
          {found.total === 0 && <Notice kind="warn">{t('nothing')}</Notice>}
        </Section>
      )}
      {found && found.total > 0 && (
        <Section title={t('step3')}>
          {start.error && <ProblemNotice error={start.error} />}
          <div className={partStyles.row}>
            <Button kind="primary" disabled={start.isPending} onClick={() => start.mutate()}>
              {t('start', { count: found.total })}
            </Button>
          </div>
        </Section>
      )}
    </Page>
  )
}
