import { useQuery } from '@tanstack/react-query'
import { projectChoiceQuery } from '../projects/project.ts'
import { currentLanguage } from '../text/text.ts'
import { Figures } from './figures.tsx'
import { type Filters, queryOf } from './filters.ts'
import { useAnalyticsText } from './text.ts'
import { useSeries } from './use-series.ts'

/** Every kind of figures, of the time and project that somebody has chosen. */
export function AllFigures({ filters }: { filters: Filters }) {
  const t = useAnalyticsText()
  const projects = useQuery(projectChoiceQuery)
  const series = useSeries(filters)
  const csv = (path: string, own: Partial<Filters> = {}) =>
    `${path}?${new URLSearchParams({ ...queryOf({ ...filters, ...own }) })}`
  const nameOf = (key: string | null): string =>
    projects.data?.find(({ id }) => id === key)?.name ?? series.people.get(key ?? '') ?? key ?? t('none')
  const inSeconds = (key: 'median' | 'p95') => t('unit', { title: t(key), unit: t('seconds') })
  const currency = series.costs.data?.items[0]?.currency ?? '–'
  return (
    <>
      <Figures
        title={t('volume')}
        asked={series.volume}
        name={({ key }) => nameOf(key)}
        figures={[
          { title: t('documents'), value: ({ documents }) => documents },
          { title: t('recordings'), value: ({ recordings }) => recordings },
          { title: t('pages'), value: ({ pages }) => pages },
        ]}
        drawn={[
          { title: t('documents'), value: ({ documents }) => documents },
          { title: t('recordings'), value: ({ recordings }) => recordings },
        ]}
        unit={t('items')}
        csv={csv('/api/v1/analytics/volume.csv')}
      />
      <Figures
        title={t('turnaround')}
        asked={series.turnaround}
        name={({ key, stage }) => `${nameOf(key)} · ${t(stage)}`}
        figures={[
          { title: t('count'), value: ({ count }) => count },
          { title: inSeconds('median'), value: ({ p50 }) => p50 },
          { title: inSeconds('p95'), value: ({ p95 }) => p95 },
        ]}
        drawn={[
          { title: t('median'), value: ({ p50 }) => p50 },
          { title: t('p95'), value: ({ p95 }) => p95 },
        ]}
        unit={t('seconds')}
        csv={csv('/api/v1/analytics/turnaround.csv')}
      />
      <Figures
        title={t('confidence')}
        asked={series.confidence}
        name={({ key, confidence }) =>
          `${nameOf(key)} · ${t('confidenceFrom')} ${confidence.toLocaleString(currentLanguage())}`
        }
        figures={[
          { title: t('words'), value: ({ words }) => words },
          { title: t('corrections'), value: ({ corrections }) => corrections },
          {
            title: t('unit', { title: t('share'), unit: t('percent') }),
            value: ({ share }) => (share === null ? null : share * 100),
          },
        ]}
        drawn={[{ title: t('share'), value: ({ share }) => (share === null ? null : share * 100) }]}
        unit={t('percent')}
        csv={csv('/api/v1/analytics/confidence.csv')}
      />
      <Figures
        title={t('reviewers')}
        asked={series.reviewers}
        name={({ key }) => nameOf(key)}
        figures={[
          { title: t('approved'), value: ({ approved }) => approved },
          { title: t('rejected'), value: ({ rejected }) => rejected },
          { title: t('sentBack'), value: ({ sentBack }) => sentBack },
          {
            title: t('unit', { title: t('agreement'), unit: t('percent') }),
            value: ({ agreement }) => (agreement === null ? null : agreement * 100),
          },
        ]}
        drawn={[
          { title: t('approved'), value: ({ approved }) => approved },
          { title: t('rejected'), value: ({ rejected }) => rejected },
        ]}
        unit={t('items')}
        csv={csv('/api/v1/analytics/reviewers.csv', { groupBy: 'person' })}
      />
      <Figures
        title={t('failures')}
        asked={series.failures}
        name={({ key, stage, cause }) => `${nameOf(key)} · ${t(stage)} · ${cause}`}
        figures={[{ title: t('failed'), value: ({ failures }) => failures }]}
        drawn={[{ title: t('failed'), value: ({ failures }) => failures }]}
        unit={t('items')}
        csv={csv('/api/v1/analytics/failures.csv')}
      />
      <Figures
        title={t('cost')}
        asked={series.costs}
        name={({ key }) => nameOf(key)}
        figures={[
          { title: t('unit', { title: t('cost'), unit: currency }), value: ({ cost }) => cost },
          { title: t('pages'), value: ({ pages }) => pages },
          { title: t('secondsRead'), value: ({ seconds }) => seconds },
        ]}
        drawn={[{ title: t('cost'), value: ({ cost }) => cost }]}
        unit={currency}
        csv={csv('/api/v1/analytics/costs.csv')}
      />
    </>
  )
}
