import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { projectChoiceQuery } from '../projects/project.ts'
import { SelectField } from '../ui/field.tsx'
import { Empty } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { AllFigures } from './all-figures.tsx'
import styles from './analytics-page.module.css'
import { DayField } from './day-field.tsx'
import { type Filters, faultOf, filtersOf } from './filters.ts'
import { useAnalyticsText } from './text.ts'

export function Component() {
  const t = useAnalyticsText()
  const [search, setSearch] = useSearchParams()
  const filters = filtersOf(search)
  const set = (name: keyof Filters, value: string) =>
    setSearch(
      (before) => {
        if (value) before.set(name, value)
        else before.delete(name)
        return before
      },
      { replace: true },
    )
  const projects = useQuery(projectChoiceQuery)
  const { from, to } = filters
  const fault = faultOf(filters, new Date())

  return (
    <Page
      title={t('title')}
      below={
        <div className={styles.filters}>
          <SelectField
            label={t('project')}
            value={filters.projectId}
            options={[
              { value: '', label: t('allProjects') },
              ...(projects.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
            ]}
            onChange={(event) => set('projectId', event.target.value)}
          />
          <DayField
            label={t('from')}
            day={from}
            fault={fault === 'tooLong' || fault === 'future' ? t(fault) : undefined}
            onDay={(day) => set('from', day)}
          />
          <DayField
            label={t('to')}
            day={to}
            fault={fault === 'backwards' ? t('backwards') : undefined}
            onDay={(day) => set('to', day)}
          />
          <SelectField
            label={t('groupBy')}
            value={filters.groupBy}
            options={(['day', 'week', 'project'] as const).map((value) => ({ value, label: t(value) }))}
            onChange={(event) => set('groupBy', event.target.value)}
          />
          <p className={styles.period}>{t('period')}</p>
        </div>
      }
    >
      {fault ? <Empty title={t('nothing')} /> : <AllFigures filters={filters} />}
    </Page>
  )
}
