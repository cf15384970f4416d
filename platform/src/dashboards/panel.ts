/** One query of a panel. */
export interface Query {
  readonly expr: string
  /** As Grafana fills it in: `{{job}}`. */
  readonly legend: string
  /** Whether its points lead to traces. */
  readonly exemplars?: boolean
}

export interface Panel {
  readonly kind: 'timeseries' | 'stat'
  readonly title: string
  /** What it says, and what to think when it looks odd. */
  readonly description: string
  /** A unit of Grafana: `s`, `reqps`, `percentunit`, `bytes`, `short`. */
  readonly unit: string
  readonly maximum?: number
  readonly queries: readonly Query[]
}

export interface Row {
  readonly title: string
  readonly height?: number
  readonly panels: readonly Panel[]
}

type Made = (
  title: string,
  unit: string,
  description: string,
  ...queries: (Query | [expr: string, legend: string])[]
) => Panel

const made =
  (kind: Panel['kind']): Made =>
  (title, unit, description, ...queries) => ({
    kind,
    title,
    unit,
    description,
    ...(unit === 'percentunit' ? { maximum: 1 } : {}),
    queries: queries.map((query) => (Array.isArray(query) ? { expr: query[0], legend: query[1] } : query)),
  })

export const lines = made('timeseries')
export const figure = made('stat')

/** Every selector of ours is limited to the environments that were chosen. */
export const here = 'namespace=~"$namespace"'
/** And to the services. */
export const chosen = `${here}, job=~"$job"`

/** Quantiles of a histogram, by some of its labels, with exemplars. */
export const quantiles = (
  metric: string,
  selector: string,
  by: string,
  shares: readonly number[] = [0.5, 0.95, 0.99],
): Query[] =>
  shares.map((share) => ({
    expr: `histogram_quantile(${share}, sum by (${by === '' ? 'le' : `le, ${by}`}) (rate(${metric}_bucket{${selector}}[$__rate_interval])))`,
    legend: `p${share * 100}${
      by === ''
        ? ''
        : ` ${by
            .split(', ')
            .map((label) => `{{${label}}}`)
            .join(' ')}`
    }`,
    exemplars: share >= 0.95,
  }))
