import { useMutation } from '@tanstack/react-query'
import { Link } from 'react-router'
import { useGeneralText } from '../../text/general.ts'
import { Button } from '../../ui/button.tsx'
import { download } from '../../ui/download.ts'
import { ProblemNotice, Skeleton } from '../../ui/notice.tsx'
import { Section } from '../../ui/page.tsx'
import { csvOf } from '../parts/csv.ts'
import { usePages } from '../parts/pages.ts'
import { SimpleTable } from '../parts/simple-table.tsx'
import { useOperateText } from '../text.ts'
import { groupOf } from './canary-story.tsx'
import { findFailures, type Task } from './task.ts'
import { useTasksText } from './text.ts'

interface Failure {
  readonly item: string
  readonly reason: string
}

/** What a task could not do, item by item, with the reason. */
export function TaskFailures({ task }: { task: Task }) {
  const t = useTasksText()
  const o = useOperateText()
  const g = useGeneralText()
  const { id } = task
  const failures = usePages<Failure>(['tasks', 'failures', id], (page) => findFailures(id, page))
  const group = groupOf(task)
  /** All of them, however many are on the screen. */
  const save = useMutation({
    mutationFn: async () => {
      const all: Failure[] = []
      let cursor: string | undefined
      do {
        const page = await findFailures(id, cursor ? { limit: 100, cursor } : { limit: 100 })
        all.push(...page.items)
        cursor = page.nextCursor ?? undefined
      } while (cursor)
      download(
        `failures-${id}.csv`,
        csvOf(
          ['item', 'reason'],
          all.map(({ item, reason }) => [item, reason]),
        ),
        'text/csv',
      )
    },
  })
  if (failures.isPending) return <Skeleton lines={3} />
  if (!failures.error && failures.rows.length === 0 && task.progress.failed === 0) return null
  return (
    <Section
      title={t('failures')}
      actions={
        <Button disabled={save.isPending} onClick={() => save.mutate()}>
          {o('saveCsv')}
        </Button>
      }
    >
      {save.error && <ProblemNotice error={save.error} />}
      {failures.error && <ProblemNotice error={failures.error} onRetry={failures.retry} />}
      {failures.rows.length === 0 && !failures.error && <p>{t('noFailures')}</p>}
      {failures.rows.length > 0 && (
        <SimpleTable
          label={t('failures')}
          rows={failures.rows.map((row, index) => ({ ...row, index }))}
          rowKey={({ index }) => String(index)}
          columns={[
            {
              title: t('item'),
              cell: ({ item }) =>
                group ? (
                  <Link to={`/operate/dead-letters/${group}?message=${item}`}>
                    <code>{item}</code>
                  </Link>
                ) : (
                  <code>{item}</code>
                ),
            },
            { title: o('reason'), cell: ({ reason }) => reason },
          ]}
        />
      )}
      {failures.onEnd && (
        <div>
          <Button onClick={failures.onEnd}>{g('loadMore')}</Button>
        </div>
      )}
    </Section>
  )
}
