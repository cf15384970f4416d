import { useState } from 'react'
import { currentLanguage } from '../text/text.ts'
import list from '../ui/list.module.css'
import { ProblemNotice, Skeleton } from '../ui/notice.tsx'
import { Section } from '../ui/page.tsx'
import { ColumnChart } from './column-chart.tsx'
import { LinkToCsv } from './link-to-csv.tsx'
import { useAnalyticsText } from './text.ts'

export interface Figure<Row> {
  readonly title: string
  readonly value: (row: Row) => string | number | null
}

/** One kind of figures: drawn, as a table, and as a file. @param drawn those of the columns that are drawn */
export function Figures<Row>({
  title,
  asked,
  name,
  figures,
  drawn,
  unit,
  csv,
}: {
  title: string
  asked: {
    data: { items: Row[]; complete: boolean } | undefined
    error: Error | null
    refetch: () => unknown
  }
  /** What a row is called. */
  name: (row: Row) => string
  figures: readonly Figure<Row>[]
  drawn: readonly Figure<Row>[]
  unit: string
  /** Address of the same figures as CSV. */
  csv: string
}) {
  const t = useAnalyticsText()
  const rows = asked.data?.items
  // Outlives the rows: whoever looks at tables and chooses another project still does.
  const [isOpen, setOpen] = useState(false)
  const shown = (value: string | number | null) =>
    typeof value === 'number' ? value.toLocaleString(currentLanguage(), { maximumFractionDigits: 2 }) : value
  return (
    <Section title={title} actions={<LinkToCsv to={csv} of={title} />}>
      {asked.error && <ProblemNotice error={asked.error} onRetry={() => asked.refetch()} />}
      {!asked.error && !rows && <Skeleton lines={4} />}
      {rows?.length === 0 && <p>{t('nothing')}</p>}
      {rows && rows.length > 0 && (
        <>
          <ColumnChart rows={rows} name={name} series={drawn} label={t('unit', { title, unit })} />
          <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
            <summary>{t('table')}</summary>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard. */}
            <div className={list.scrolls} tabIndex={0}>
              <table className={list.table}>
                <thead>
                  <tr>
                    <th scope="col">{t('key')}</th>
                    {figures.map((figure) => (
                      <th key={figure.title} scope="col" className={list.number}>
                        {figure.title}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: rows of one answer never move, and two may have one name.
                    <tr key={index}>
                      <th scope="row">{name(row)}</th>
                      {figures.map((figure) => (
                        <td key={figure.title} className={list.number}>
                          {shown(figure.value(row)) ?? '–'}
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
          {asked.data?.complete === false && <p>{t('incomplete')}</p>}
        </>
      )}
    </Section>
  )
}
