import { useQuery } from '@tanstack/react-query'
import { ProblemNotice } from '../../ui/notice.tsx'
import { Section } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'
import { findLog } from './task.ts'
import styles from './tasks.module.css'
import { useTasksText } from './text.ts'

/** What a task has to tell, oldest first: its first thousand lines. */
export function TaskLog({ id, isOver }: { id: string; isOver: boolean }) {
  const t = useTasksText()
  const log = useQuery({
    queryKey: ['tasks', 'log', id],
    queryFn: async () => {
      const lines: { at: string; line: string }[] = []
      let cursor: string | undefined
      do {
        const page = await findLog(id, cursor ? { limit: 100, cursor } : { limit: 100 })
        lines.push(...page.items)
        cursor = page.nextCursor ?? undefined
      } while (cursor && lines.length < 1_000)
      return lines
    },
    refetchInterval: isOver ? false : 5_000,
  })
  return (
    <Section title={t('log')}>
      {log.error && <ProblemNotice error={log.error} />}
      {log.data?.length === 0 && <p>{t('noLog')}</p>}
      {log.data && log.data.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard.
        <ol className={styles.log} tabIndex={0} aria-label={t('log')}>
          {log.data.map(({ at, line }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added at the end.
            <li key={index}>
              <Time at={at} />
              <span>{line}</span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  )
}
