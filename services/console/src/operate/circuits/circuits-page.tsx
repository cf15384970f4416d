import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { type AnswerTo, answer, api } from '../../api/api.ts'
import { useMay, useMe } from '../../session/session.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toasts.tsx'
import { ActionDialog } from '../parts/action-dialog.tsx'
import { oneOf, useAddress } from '../parts/address.ts'
import { Listed } from '../parts/list.tsx'
import { startOver } from '../parts/pages.ts'
import partStyles from '../parts/parts.module.css'
import { SimpleTable } from '../parts/simple-table.tsx'
import { useOperateText } from '../text.ts'
import { useCircuitsText } from './text.ts'

type Circuit = AnswerTo<'/api/v1/gateway/circuits', 'get'>['items'][number]

const tones = { closed: 'good', open: 'bad', half_open: 'warn' } as const

/** Which services the gateways ask, and which have failed too often; told when one changes. */
export function Component() {
  const t = useCircuitsText()
  const o = useOperateText()
  const may = useMay()
  const { get, set } = useAddress()
  const circuits = useQuery({
    queryKey: ['circuits', 'list'],
    queryFn: () => answer(api.GET('/api/v1/gateway/circuits')),
    refetchInterval: 2_000,
  })
  const rows = circuits.data?.items ?? []
  useChanges(rows, (changed) => toast(t('changed', { upstream: changed.upstream, state: t(changed.state) })))
  const mayChange = may('operations:write')
  const chosen = rows.find(({ upstream }) => upstream === get('upstream'))
  const action = oneOf(['open', 'close'], get('action'))
  return (
    <Page title={t('title')}>
      <div className={partStyles.stack}>
        <Notice>{t('words')}</Notice>
        {circuits.data?.shared === false && <Notice kind="warn">{t('notShared')}</Notice>}
        <Listed
          error={circuits.error}
          isPending={circuits.isPending}
          isEmpty={rows.length === 0}
          onRetry={() => void circuits.refetch()}
          emptyTitle={t('none')}
        >
          <SimpleTable
            label={t('title')}
            rows={rows}
            rowKey={({ upstream }) => upstream}
            columns={[
              { title: t('upstream'), cell: ({ upstream }) => <strong>{upstream}</strong> },
              {
                title: o('state'),
                cell: ({ state, byHand }) => (
                  <>
                    <Badge tone={tones[state]}>{t(state)}</Badge> {byHand && <Badge>{t('byHand')}</Badge>}
                  </>
                ),
              },
              { title: o('reason'), cell: ({ reason }) => reason ?? '–' },
              { title: t('since'), cell: ({ since }) => (since ? <Time at={since} /> : '–') },
              { title: t('retryAt'), cell: ({ retryAt }) => (retryAt ? <Time at={retryAt} /> : '–') },
              { title: t('successes'), isNumber: true, cell: ({ successes }) => successes },
              {
                title: '',
                cell: ({ upstream, state }) =>
                  mayChange && (
                    <span className={partStyles.row}>
                      {state !== 'closed' && (
                        <Button onClick={() => set({ action: 'close', upstream })}>{t('closeIt')}</Button>
                      )}
                      {state !== 'open' && (
                        <Button kind="danger" onClick={() => set({ action: 'open', upstream })}>
                          {t('openIt')}
                        </Button>
                      )}
                    </span>
                  ),
              },
            ]}
          />
        </Listed>
        {may('audit:read') && <History />}
      </div>
      {mayChange && chosen && action && (
        <CircuitDialog
          key={action}
          upstream={chosen.upstream}
          action={action}
          onClose={() => set({ action: undefined, upstream: undefined })}
        />
      )}
    </Page>
  )
}

/** Tells of each circuit whose state is not what it was at the last look. */
function useChanges(rows: readonly Circuit[], tell: (changed: Circuit) => void): void {
  const before = useRef(new Map<string, Circuit['state']>())
  useEffect(() => {
    for (const row of rows) {
      const was = before.current.get(row.upstream)
      if (was !== undefined && was !== row.state) tell(row)
      before.current.set(row.upstream, row.state)
    }
  }, [rows, tell])
}

function CircuitDialog({
  upstream,
  action,
  onClose,
}: {
  upstream: string
  action: 'open' | 'close'
  onClose: () => void
}) {
  const t = useCircuitsText()
  const o = useOperateText()
  const [reason, setReason] = useState('')
  const options = { params: { path: { upstream } }, body: { reason: reason.trim() } }
  return (
    <ActionDialog
      title={t(`${action}Title`, { upstream })}
      confirm={t(`${action}Now`)}
      danger={action === 'open'}
      possible={reason.trim() !== ''}
      onClose={onClose}
      run={() =>
        answer(
          action === 'open'
            ? api.POST('/api/v1/gateway/circuits/{upstream}/open', options)
            : api.POST('/api/v1/gateway/circuits/{upstream}/close', options),
        )
      }
      onDone={async () => {
        onClose()
        await startOver('circuits')
      }}
    >
      <p>{t(`${action}Words`, { upstream })}</p>
      <TextField
        label={o('reason')}
        hint={o('reasonHint')}
        required
        maxLength={100}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </ActionDialog>
  )
}

const verbs = {
  opened: 'POST /api/v1/gateway/circuits/:upstream/open',
  closedBy: 'POST /api/v1/gateway/circuits/:upstream/close',
} as const

/** Who has opened or closed one by hand: the audit log knows. */
function History() {
  const t = useCircuitsText()
  const o = useOperateText()
  const me = useMe()
  const history = useQuery({
    queryKey: ['circuits', 'history'],
    queryFn: async () => {
      const find = async (action: string) =>
        (await answer(api.GET('/api/v1/audit', { params: { query: { action, limit: 20 } } }))).items
      const [opened, closed] = await Promise.all([find(verbs.opened), find(verbs.closedBy)])
      return [...opened, ...closed].sort((one, other) => other.at.localeCompare(one.at))
    },
    // Reading the audit log is itself noted: not more often than needed.
    staleTime: Number.POSITIVE_INFINITY,
  })
  const rows = history.data ?? []
  const named = (entry: (typeof rows)[number], name: string) =>
    entry.resources.find((resource) => resource.name === name)?.id ?? '–'
  return (
    <Section title={t('history')}>
      <Listed
        error={history.error}
        isPending={history.isPending}
        isEmpty={rows.length === 0}
        emptyTitle={t('noHistory')}
      >
        <SimpleTable
          label={t('history')}
          rows={rows}
          rowKey={({ entryId }) => entryId}
          columns={[
            { title: o('time'), cell: ({ at }) => <Time at={at} /> },
            { title: t('upstream'), cell: (entry) => named(entry, 'upstream') },
            {
              title: o('state'),
              cell: ({ action }) => (action === verbs.opened ? t('opened') : t('closedBy')),
            },
            { title: o('reason'), cell: (entry) => named(entry, 'reason') },
            {
              title: t('who'),
              cell: ({ actor }) =>
                actor === null ? (
                  '–'
                ) : actor.userId === me.id ? (
                  o('you')
                ) : (
                  <code>…{actor.userId.slice(-8)}</code>
                ),
            },
          ]}
        />
      </Listed>
    </Section>
  )
}
