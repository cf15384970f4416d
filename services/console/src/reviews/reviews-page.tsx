import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { PersonName } from '../people/person-name.tsx'
import { projectChoiceQuery } from '../projects/project.ts'
import { Badge } from '../ui/badge.tsx'
import { Button, LinkButton } from '../ui/button.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { SelectField } from '../ui/field.tsx'
import { useNextPage } from '../ui/next-page.ts'
import { Empty, ProblemNotice, Skeleton } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { useShortcut } from '../ui/shortcuts.tsx'
import { Time } from '../ui/time.tsx'
import { nextOf } from './desk/next-item.ts'
import { type QueueStatus, queueQuery, upcomingQuery } from './queries.ts'
import { type ReviewState, statusKey } from './review.ts'
import styles from './reviews-page.module.css'
import { SubjectTitle } from './subject-title.tsx'
import { useReviewText } from './text.ts'

const tabs: readonly QueueStatus[] = ['open', 'claimed', 'done']

export function Component() {
  const t = useReviewText()
  const navigate = useNavigate()
  const [search, setSearch] = useSearchParams()
  const status = tabs.find((each) => each === search.get('status')) ?? 'open'
  const projectId = search.get('project') ?? undefined
  const queue = useInfiniteQuery(queueQuery({ status, projectId }))
  const upcoming = useQuery(upcomingQuery(projectId))
  const projects = useQuery(projectChoiceQuery)
  const names = useMemo(() => new Map(projects.data?.map(({ id, name }) => [id, name])), [projects.data])
  const rows = useMemo(() => queue.data?.pages.flatMap(({ items }) => items) ?? [], [queue.data])
  const first = nextOf(upcoming.data?.items ?? [], undefined)

  const change = (key: string, value: string) => {
    const next = new URLSearchParams(search)
    if (value) next.set(key, value)
    else next.delete(key)
    setSearch(next)
  }
  const pathTo = ({ id }: ReviewState) => `/reviews/${id}${projectId ? `?project=${projectId}` : ''}`
  const onEnd = useNextPage(queue)
  useShortcut('s', t('start'), first && (() => navigate(pathTo(first))))
  useShortcut('j', t('toTable'), () =>
    document.querySelector<HTMLElement>('[role=row][tabindex="0"]')?.focus(),
  )
  for (const [place, tab] of tabs.entries()) {
    // The same number of them each time.
    // biome-ignore lint/correctness/useHookAtTopLevel: a list that never changes.
    useShortcut(String(place + 1), t(`tab_${tab}`), () => change('status', tab === 'open' ? '' : tab))
  }

  return (
    <Page
      full
      title={t('reviews')}
      actions={
        <Button
          kind="primary"
          shortcut="s"
          disabled={!first}
          onClick={() => first && void navigate(pathTo(first))}
        >
          {t('start')}
        </Button>
      }
      below={
        <div className={styles.filters}>
          <div className={styles.tabs} role="group" aria-label={t('status')}>
            {tabs.map((tab) => (
              <Button
                key={tab}
                kind="quiet"
                aria-pressed={tab === status}
                onClick={() => change('status', tab === 'open' ? '' : tab)}
              >
                {t(`tab_${tab}`)}
              </Button>
            ))}
          </div>
          <SelectField
            label={t('project')}
            value={projectId ?? ''}
            onChange={({ target }) => change('project', target.value)}
            options={[
              { value: '', label: t('allProjects') },
              ...(projects.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        </div>
      }
    >
      {queue.error && <ProblemNotice error={queue.error} onRetry={() => void queue.refetch()} />}
      {queue.isPending && <Skeleton lines={10} />}
      {queue.isSuccess && rows.length === 0 && (
        <Empty title={t(`empty_${status}`)}>
          <p>{t(`emptyWhy_${status}`)}</p>
          <LinkButton to="/projects">{t('toProjects')}</LinkButton>
        </Empty>
      )}
      {rows.length > 0 && (
        <DataTable
          label={t('reviews')}
          columns={columnsOf(t, names, status)}
          rows={rows}
          rowKey={({ id }) => id}
          onOpen={(row) => void navigate(pathTo(row))}
          onEnd={onEnd}
          rowHeight={42}
        />
      )}
    </Page>
  )
}

function columnsOf(
  t: ReturnType<typeof useReviewText>,
  names: ReadonlyMap<string, string>,
  status: QueueStatus,
): readonly Column<ReviewState>[] {
  return [
    {
      key: 'title',
      title: t('item'),
      width: 'minmax(140px, 2.2fr)',
      cell: ({ kind, subjectId }) => (
        <strong>
          <SubjectTitle kind={kind} subjectId={subjectId} />
        </strong>
      ),
    },
    { key: 'kind', title: t('kind'), width: '100px', cell: ({ kind }) => t(`kind_${kind}`) },
    {
      key: 'sure',
      title: t('sureness'),
      width: '92px',
      isNumber: true,
      cell: ({ confidence }) => t('percent', { percent: Math.round(confidence * 100) }),
    },
    {
      key: 'project',
      title: t('project'),
      width: 'minmax(90px, 1fr)',
      cell: ({ projectId }) => names.get(projectId) ?? '…',
    },
    {
      key: 'state',
      title: t('status'),
      width: 'minmax(120px, 1fr)',
      cell: (row) =>
        status === 'claimed' && row.claimedBy ? (
          <PersonName id={row.claimedBy} />
        ) : row.round > 1 && status === 'open' ? (
          <Badge tone="accent">{t('roundOf', { round: row.round })}</Badge>
        ) : (
          t(statusKey(row.status))
        ),
    },
    {
      key: 'since',
      title: status === 'done' ? t('changed') : t('waiting'),
      width: '120px',
      cell: (row) => <Time at={status === 'done' ? row.updatedAt : row.createdAt} />,
    },
  ]
}
