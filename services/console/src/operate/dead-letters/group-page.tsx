import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useNavigate, useParams } from 'react-router'
import { answer, api } from '../../api/api.ts'
import { queries } from '../../api/queries.ts'
import { useMay } from '../../session/session.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Awaited } from '../../ui/notice.tsx'
import { Page } from '../../ui/page.tsx'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { Time } from '../../ui/time.tsx'
import { useAddress } from '../parts/address.ts'
import { count } from '../parts/figures.ts'
import { Filters, SelectFilter, TextFilter } from '../parts/filters.tsx'
import { Listed } from '../parts/list.tsx'
import { usePages } from '../parts/pages.ts'
import { Split } from '../parts/split.tsx'
import { useOperateText } from '../text.ts'
import styles from './dead-letters.module.css'
import { DiscardDialog } from './discard-dialog.tsx'
import { EditDialog } from './edit-dialog.tsx'
import { GroupHead } from './group-head.tsx'
import { filterBody, findGroup, type Letter, letterFilter, letterStatuses, type Scope } from './letters.ts'
import { MessagePanel } from './message-panel.tsx'
import { RetryDialog } from './retry-dialog.tsx'
import { useLettersText } from './text.ts'

const filters = ['status', 'text', 'field', 'correlationId', 'from', 'to']

export function Component() {
  const { group: id = '' } = useParams()
  const group = useQuery({
    queryKey: ['dead-letters', 'group', id],
    queryFn: () => findGroup(id),
    refetchInterval: ({ state }) => (state.data && state.data.retrying > 0 ? 3_000 : false),
  })
  useOutcome(id, group.data?.retrying)
  const t = useLettersText()
  return group.data ? (
    <GroupPage group={group.data} />
  ) : (
    <Page title={t('title')}>
      <Awaited asked={group} lines={8} />
    </Page>
  )
}

/** Shows what became of messages once none of them is under way any more. */
function useOutcome(group: string, retrying = 0): void {
  const before = useRef(retrying)
  useEffect(() => {
    // The list alone: somebody may be writing a note.
    if (before.current > 0 && retrying === 0) {
      void queries.resetQueries({ queryKey: ['dead-letters', 'messages', group] })
      void queries.invalidateQueries({ queryKey: ['dead-letters', 'message', group] })
    }
    before.current = retrying
  }, [group, retrying])
}

function GroupPage({ group }: { group: Awaited<ReturnType<typeof findGroup>> }) {
  const t = useLettersText()
  const o = useOperateText()
  const navigate = useNavigate()
  const may = useMay()('operations:write')
  const { get, set } = useAddress()
  const query = letterFilter(get)
  const letters = usePages<Letter>(['dead-letters', 'messages', group.id, query], (page) =>
    answer(
      api.GET('/api/v1/dead-letters/{group}/messages', {
        params: { path: { group: group.id }, query: { ...page, ...query } },
      }),
    ),
  )
  const shown = get('message')
  const filter = filterBody(get)
  const scope: Scope = get('only') === 'message' && shown ? { ids: [shown] } : filter ? { filter } : {}
  const begin = (action: string) => (may ? () => set({ action, only: undefined }) : undefined)
  useShortcut('r', t('retry'), begin('retry'))
  useShortcut('e', t('edit'), letters.rows.length > 0 ? begin('edit') : undefined)
  useShortcut('d', t('discard'), begin('discard'))
  useShortcut('u', t('restore'), group.discarded > 0 ? begin('restore') : undefined)
  const at = letters.rows.findIndex(({ id }) => id === shown)
  const go = (step: number) => {
    const next = letters.rows[at + step]
    return at >= 0 && next ? () => set({ message: next.id }) : undefined
  }
  useShortcut('ArrowLeft', t('previous'), go(-1), { repeats: true })
  useShortcut('ArrowRight', t('next'), go(1), { repeats: true })
  const close = () => set({ action: undefined, only: undefined })
  // In place of the dialog, which going back would open again to the same retry.
  const follow = (taskId: string) => navigate(`/operate/tasks/${taskId}?asked=1`, { replace: true })
  const action = may ? get('action') : undefined
  const csv = `/api/v1/dead-letters/${group.id}/messages.csv?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`

  const columns: Column<Letter>[] = [
    {
      key: 'subject',
      title: t('subject'),
      width: 'minmax(160px, 1.6fr)',
      cell: (letter) => <code>{letter.subject ?? letter.messageId ?? letter.id}</code>,
    },
    {
      key: 'message',
      title: t('why'),
      width: 'minmax(140px, 2fr)',
      cell: ({ message }) => <span title={message}>{message}</span>,
    },
    {
      key: 'attempts',
      title: t('attempts'),
      width: '80px',
      isNumber: true,
      cell: ({ attempts }) => attempts,
    },
    {
      key: 'last',
      title: t('lastSeen'),
      width: '120px',
      cell: ({ lastFailedAt }) => <Time at={lastFailedAt} />,
    },
    { key: 'status', title: o('state'), width: '150px', cell: (letter) => <LetterState letter={letter} /> },
  ]
  return (
    <Page
      full
      title={group.errorClass}
      actions={
        may ? (
          <>
            <Button kind="primary" shortcut="r" disabled={group.open === 0} onClick={begin('retry')}>
              {t('retry')}
            </Button>
            <Button shortcut="e" disabled={group.open === 0} onClick={begin('edit')}>
              {t('edit')}
            </Button>
            <Button kind="danger" shortcut="d" disabled={group.open === 0} onClick={begin('discard')}>
              {t('discard')}
            </Button>
            {group.discarded > 0 && (
              <Button shortcut="u" onClick={begin('restore')}>
                {t('restore')}
              </Button>
            )}
            <a className={styles.csv} href={csv} download>
              {t('asCsv')}
            </a>
          </>
        ) : (
          <span>{o('needsWrite')}</span>
        )
      }
      below={
        <div className={styles.below}>
          <GroupHead group={group} />
          <Filters names={filters}>
            <SelectFilter
              name="status"
              label={t('messageState')}
              options={[
                { value: '', label: o('any') },
                ...letterStatuses.map((value) => ({ value, label: t(`letter_${value}`) })),
              ]}
            />
            <TextFilter name="text" label={t('text')} />
            <TextFilter name="field" label={t('field')} />
            <TextFilter name="from" label={o('from')} type="datetime-local" />
            <TextFilter name="to" label={o('to')} type="datetime-local" />
          </Filters>
        </div>
      }
    >
      <Split
        list={
          <Listed
            error={letters.error}
            isPending={letters.isPending}
            isEmpty={letters.rows.length === 0}
            onRetry={letters.retry}
            emptyTitle={t('emptyTitle')}
            emptyWords={t('emptyFiltered')}
          >
            <DataTable
              label={t('messages')}
              columns={columns}
              rows={letters.rows}
              rowKey={({ id }) => id}
              selected={shown}
              total={filter ? undefined : group.count}
              onOpen={({ id }) => set({ message: id })}
              onEnd={letters.onEnd}
            />
          </Listed>
        }
        detail={
          shown && (
            <MessagePanel
              key={shown}
              group={group.id}
              id={shown}
              may={may}
              onAction={(wanted) => set({ action: wanted, only: 'message' })}
              onClose={() => set({ message: undefined })}
            />
          )
        }
      />
      {action === 'retry' && (
        <RetryDialog group={group.id} scope={scope} onClose={close} onStarted={follow} />
      )}
      {action === 'edit' && (shown ?? letters.rows[0]?.id) && (
        <EditDialog
          group={group.id}
          sample={shown ?? letters.rows[0]?.id ?? ''}
          isOnlyThis={get('only') === 'message'}
          onClose={close}
          onStarted={follow}
        />
      )}
      {(action === 'discard' || action === 'restore') && (
        <DiscardDialog
          key={action}
          action={action}
          group={group}
          scope={scope}
          onClose={close}
          onStarted={follow}
        />
      )}
    </Page>
  )
}

export function LetterState({ letter }: { letter: Letter }) {
  const t = useLettersText()
  const tone = { open: 'bad', retrying: 'accent', resolved: 'good', discarded: 'plain' } as const
  return (
    <>
      <Badge tone={tone[letter.status]}>{t(`letter_${letter.status}`)}</Badge>{' '}
      {letter.edited && <Badge>{t('edited')}</Badge>}
      {letter.retries > 1 && <Badge tone="warn">{`${count(letter.retries)} ×`}</Badge>}
    </>
  )
}
