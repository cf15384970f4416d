import { currentLanguage } from '../text/text.ts'
import styles from './column-chart.module.css'

interface Series<Row> {
  readonly title: string
  readonly value: (row: Row) => string | number | null
}

/** So many have room for their names; of more the first and the last are named. */
const FEW = 8

const numberOf = (value: string | number | null): number => (typeof value === 'number' ? value : 0)

/**
 * Columns beside each other from zero on. Who cannot see them has the table that stands with every chart.
 * @param label what is drawn and its unit
 */
export function ColumnChart<Row>({
  rows,
  name,
  series,
  label,
}: {
  rows: readonly Row[]
  name: (row: Row) => string
  series: readonly Series<Row>[]
  label: string
}) {
  const last = rows.at(-1)
  const most = Math.max(...rows.flatMap((row) => series.map(({ value }) => numberOf(value(row)))), 0)
  const shown = (value: number) =>
    value.toLocaleString(currentLanguage(), { maximumFractionDigits: value < 10 ? 2 : 0 })
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.caption}>
        <span>{label}</span>
        {series.length > 1 &&
          series.map(({ title }, index) => (
            <span key={title} className={styles.legend}>
              <i className={styles[`series${index}`]} /> {title}
            </span>
          ))}
      </figcaption>
      <div className={styles.area} role="img" aria-label={label}>
        <div className={styles.scale}>
          <span>{most > 0 && shown(most)}</span>
          <span>0</span>
        </div>
        <div className={styles.groups}>
          {rows.map((row, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of one answer never move, and two may have one name.
            <div key={place} className={styles.group}>
              {series.map(({ title, value }, index) => (
                <div
                  key={title}
                  className={`${styles.column} ${styles[`series${index}`]}`}
                  style={{ height: most > 0 ? `${(numberOf(value(row)) / most) * 100}%` : 0 }}
                  title={`${name(row)}: ${title} ${shown(numberOf(value(row)))}`}
                />
              ))}
            </div>
          ))}
        </div>
      </div>
      {rows.length <= FEW && (
        <div className={styles.names}>
          {rows.map((row, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above.
            <span key={place}>{name(row)}</span>
          ))}
        </div>
      )}
      <div className={styles.ends} data-few={rows.length <= FEW}>
        <span>{rows[0] && name(rows[0])}</span>
        {last !== undefined && rows.length > 1 && <span>{name(last)}</span>}
      </div>
    </figure>
  )
}
