import { useQuery } from '@tanstack/react-query'
import { type AnswerTo, answer, api } from '../../api/api.ts'
import { Badge } from '../../ui/badge.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { count } from '../parts/figures.ts'
import { Listed } from '../parts/list.tsx'
import partStyles from '../parts/parts.module.css'
import { SimpleTable } from '../parts/simple-table.tsx'
import { useOperateText } from '../text.ts'
import { useLimitsText } from './text.ts'

type Answer = AnswerTo<'/api/v1/gateway/limits', 'get'>
type Limit = NonNullable<Answer['items'][number]['limit']>

const tones = { enforced: 'good', shadow: 'warn', off: 'plain' } as const
/** Those that a setting can name. */
const spans: Readonly<Record<number, 'perSecond' | 'perMinute' | 'perHour'>> = {
  1: 'perSecond',
  60: 'perMinute',
  3600: 'perHour',
}

/** How often callers may ask, and whom that has stopped. */
export function Component() {
  const t = useLimitsText()
  const o = useOperateText()
  const limits = useQuery({
    queryKey: ['limits'],
    queryFn: () => answer(api.GET('/api/v1/gateway/limits')),
    refetchInterval: 5_000,
  })
  const { items = [], routes = [] } = limits.data ?? {}
  const rate = (limit: Limit | null) => {
    const span = limit && spans[limit.seconds]
    return span ? t(span, { requests: limit.requests }) : '–'
  }
  const known = (figure: number | undefined) => (figure === undefined ? '–' : count(figure))
  return (
    <Page title={t('title')}>
      <div className={partStyles.stack}>
        <Notice>{t('words')}</Notice>
        {items.some(({ lastDay }) => lastDay === null) && <Notice kind="warn">{t('notShared')}</Notice>}
        <Listed
          error={limits.error}
          isPending={limits.isPending}
          isEmpty={items.length === 0}
          onRetry={() => void limits.refetch()}
          emptyTitle={t('none')}
        >
          <SimpleTable
            label={t('title')}
            rows={items}
            rowKey={({ policy }) => policy}
            columns={[
              { title: t('policy'), cell: ({ policy }) => <strong>{policy}</strong> },
              { title: t('counts'), cell: (row) => t(row.countedBy) },
              { title: o('state'), cell: ({ state }) => <Badge tone={tones[state]}>{t(state)}</Badge> },
              { title: t('rate'), cell: ({ limit }) => rate(limit) },
              { title: t('burst'), isNumber: true, cell: ({ limit }) => known(limit?.burst) },
              { title: t('allowed'), isNumber: true, cell: ({ lastDay }) => known(lastDay?.allowed) },
              { title: t('denied'), isNumber: true, cell: ({ lastDay }) => known(lastDay?.denied) },
              {
                title: t('wouldHaveDenied'),
                isNumber: true,
                cell: ({ lastDay }) => known(lastDay?.wouldHaveDenied),
              },
            ]}
          />
          <p>{t('lastDay')}</p>
        </Listed>
        {routes.length > 0 && (
          <Section title={t('routes')}>
            <p>{t('routesWords')}</p>
            <SimpleTable
              label={t('routes')}
              rows={routes}
              rowKey={({ method, path }) => `${method} ${path}`}
              columns={[
                {
                  title: t('route'),
                  cell: ({ method, path }) => (
                    <code>
                      {method} {path}
                    </code>
                  ),
                },
                { title: t('cost'), isNumber: true, cell: ({ cost }) => cost },
                { title: t('besides'), cell: ({ policies }) => policies.join(', ') || '–' },
              ]}
            />
          </Section>
        )}
      </div>
    </Page>
  )
}
