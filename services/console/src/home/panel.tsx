import type { ReactNode } from 'react'
import { Link } from 'react-router'
import list from '../ui/list.module.css'
import { ProblemNotice, Skeleton } from '../ui/notice.tsx'
import { Section } from '../ui/page.tsx'
import { useHomeText } from './text.ts'

/** What waits of one kind; nothing where nothing does. @param to where all of it is */
export function Panel<Row>({
  title,
  to,
  asked,
  rowKey,
  row,
}: {
  title: string
  to: string
  asked: { data: readonly Row[] | undefined; error: Error | null; refetch: () => unknown }
  rowKey: (row: Row) => string
  row: (row: Row) => ReactNode
}) {
  const t = useHomeText()
  if (!asked.error && asked.data?.length === 0) return null
  return (
    <Section
      title={title}
      actions={
        <Link to={to} aria-label={`${t('all')}: ${title}`}>
          {t('all')}
        </Link>
      }
    >
      {asked.error && <ProblemNotice error={asked.error} onRetry={() => asked.refetch()} />}
      {!asked.error && !asked.data && <Skeleton lines={3} />}
      <ul className={list.list}>
        {asked.data?.map((each) => (
          <li key={rowKey(each)}>{row(each)}</li>
        ))}
      </ul>
    </Section>
  )
}
