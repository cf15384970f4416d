import { useId, useState } from 'react'
import { currentLanguage } from '../../text/text.ts'
import { Button } from '../../ui/button.tsx'
import { download } from '../../ui/download.ts'
import { useOperateText } from '../text.ts'
import { csvOf } from './csv.ts'
import styles from './parts.module.css'
import { pathOf, ticksOf } from './scale.ts'
import { SimpleTable } from './simple-table.tsx'

export interface Series {
  readonly name: string
  /** Null where nothing is known: the line has a gap. */
  readonly values: readonly (number | null)[]
}

const WIDTH = 640
const HEIGHT = 180
const LEFT = 52
const BOTTOM = 22

/**
 * Figures over time, from zero, with their unit; below it the same as a table and as CSV.
 * @param times milliseconds since 1970, ascending, one for each value
 */
export function LineChart({
  title,
  unit,
  times,
  series,
}: {
  title: string
  unit: string
  times: readonly number[]
  series: readonly Series[]
}) {
  const t = useOperateText()
  const id = useId()
  const [at, setAt] = useState<number>()
  const most = Math.max(1, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)))
  const ticks = ticksOf(most)
  const top = ticks.at(-1) ?? most
  const first = times[0] ?? 0
  const span = Math.max(1, (times.at(-1) ?? 1) - first)
  const x = (time: number) => LEFT + ((time - first) / span) * (WIDTH - LEFT - 8)
  const y = (value: number) => 8 + (1 - value / top) * (HEIGHT - BOTTOM - 8)
  const isLong = span > 36 * 3_600_000
  const moment = new Intl.DateTimeFormat(
    currentLanguage(),
    isLong ? { day: 'numeric', month: 'short' } : { hour: '2-digit', minute: '2-digit' },
  )
  const exact = new Intl.DateTimeFormat(currentLanguage(), { dateStyle: 'medium', timeStyle: 'short' })
  const rows = times.map((time, index) => ({
    time,
    values: series.map(({ values }) => values[index] ?? null),
  }))
  const shown = at === undefined ? undefined : rows[at]

  return (
    <figure className={styles.chart} aria-labelledby={id}>
      <figcaption id={id}>
        <strong>{title}</strong> <span className={styles.unit}>{unit}</span>
        <span className={styles.legend}>
          {series.map(({ name }, index) => (
            <span key={name} data-series={index}>
              {name}
              {shown && `: ${shown.values[index] ?? '–'}`}
            </span>
          ))}
          {shown && <time dateTime={new Date(shown.time).toISOString()}>{exact.format(shown.time)}</time>}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${title} (${unit})`}
        onPointerLeave={() => setAt(undefined)}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect()
          const wanted =
            first + (((event.clientX - box.left) / box.width) * WIDTH - LEFT) * (span / (WIDTH - LEFT - 8))
          const nearest = times.reduce(
            (best, time, index) =>
              Math.abs(time - wanted) < Math.abs((times[best] ?? 0) - wanted) ? index : best,
            0,
          )
          setAt(times.length > 0 ? nearest : undefined)
        }}
      >
        {ticks.map((tick) => (
          <g key={tick} className={styles.grid}>
            <line x1={LEFT} x2={WIDTH - 8} y1={y(tick)} y2={y(tick)} data-zero={tick === 0} />
            <text x={LEFT - 8} y={y(tick) + 4} textAnchor="end">
              {tick}
            </text>
          </g>
        ))}
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <text
            key={share}
            className={styles.tick}
            x={x(first + share * span)}
            y={HEIGHT - 4}
            textAnchor={share === 0 ? 'start' : share === 1 ? 'end' : 'middle'}
          >
            {moment.format(first + share * span)}
          </text>
        ))}
        {series.map(({ name, values }, index) => (
          <path
            key={name}
            className={styles.line}
            data-series={index}
            d={pathOf(times.map((time, point) => [x(time), nullable(values[point], y)]))}
          />
        ))}
        {shown && (
          <line className={styles.cursor} x1={x(shown.time)} x2={x(shown.time)} y1={8} y2={HEIGHT - BOTTOM} />
        )}
      </svg>
      <details>
        <summary>{t('asTable')}</summary>
        <Button
          onClick={() =>
            download(
              `${title}.csv`,
              csvOf(
                ['time', ...series.map(({ name }) => name)],
                rows.map(({ time, values }) => [
                  new Date(time).toISOString(),
                  ...values.map((value) => value ?? ''),
                ]),
              ),
              'text/csv',
            )
          }
        >
          {t('saveCsv')}
        </Button>
        <SimpleTable
          label={title}
          rows={rows.slice(-200).reverse()}
          rowKey={({ time }) => String(time)}
          columns={[
            { title: t('time'), cell: ({ time }) => exact.format(time) },
            ...series.map(({ name }, index) => ({
              title: name,
              isNumber: true,
              cell: ({ values }: (typeof rows)[number]) => values[index] ?? '–',
            })),
          ]}
        />
      </details>
    </figure>
  )
}

const nullable = (value: number | null | undefined, place: (value: number) => number): number | null =>
  value === null || value === undefined ? null : place(value)
