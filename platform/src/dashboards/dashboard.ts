import type {
  AnnotationQuery,
  DashboardLink,
  DataQuery,
  Dashboard as GrafanaDashboard,
  Panel as GrafanaPanel,
  RowPanel,
  VariableModel,
} from '@grafana/schema'
import type { Panel, Row } from './panel.ts'

/** A dashboard as people write it: rows of panels, from left to right. */
export interface Dashboard {
  /** Part of its address, so never changed. */
  readonly uid: string
  readonly title: string
  readonly description: string
  /** Adds a choice of services, `$job`. */
  readonly perService?: boolean
  readonly rows: readonly Row[]
}

const COLUMNS = 24
const ROW_HEIGHT = 8

// biome-ignore lint/suspicious/noTemplateCurlyInString: as Grafana writes a variable
const datasource = { type: 'prometheus', uid: '${datasource}' }

const variable = (name: string, label: string, query: string, allValue: string): VariableModel => ({
  name,
  label,
  type: 'query',
  datasource,
  query: { query, refId: name },
  refresh: 2,
  sort: 1,
  includeAll: true,
  multi: true,
  allValue,
  current: { text: 'All', value: '$__all' },
})

const variables = ({ perService }: Dashboard): VariableModel[] => [
  { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', hide: 0 },
  // Without a cluster there is no such label: everything matches.
  variable('namespace', 'Environment', 'label_values(alta_event_loop_busy_ratio, namespace)', '.*'),
  ...(perService ? [variable('job', 'Service', 'label_values(alta_event_loop_busy_ratio, job)', '.+')] : []),
  {
    name: 'traces',
    label: 'Traces at',
    type: 'textbox',
    query: 'http://localhost:16686',
    current: { text: 'http://localhost:16686', value: 'http://localhost:16686' },
  },
]

const link: DashboardLink = {
  type: 'link',
  title: '',
  tooltip: '',
  icon: 'external link',
  tags: [],
  asDropdown: false,
  includeVars: false,
  keepTime: false,
  targetBlank: false,
}
const links: DashboardLink[] = [
  {
    ...link,
    type: 'dashboards',
    title: 'Alta',
    tags: ['alta'],
    asDropdown: true,
    includeVars: true,
    keepTime: true,
  },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as Grafana writes a variable
  { ...link, title: 'Traces', url: '${traces}', targetBlank: true },
]

/** What its Prometheus plugin reads of an annotation beside what all have. */
interface PrometheusAnnotation extends AnnotationQuery<DataQuery & { expr: string }> {
  titleFormat: string
  textFormat: string
}
const alerts: PrometheusAnnotation = {
  name: 'Alerts',
  enable: true,
  hide: true,
  iconColor: 'red',
  datasource,
  target: { refId: 'Anno', expr: 'ALERTS{alertstate="firing", alertname!="", namespace=~"$namespace"}' },
  titleFormat: '{{alertname}}',
  textFormat: '{{job}}{{app_id}}',
}

/** As Grafana stores it; the same text for the same dashboard. */
export function dashboardJson(dashboard: Dashboard): string {
  const { uid, title, description, rows } = dashboard
  let id = 0
  let y = 0
  const panels = rows.flatMap((row) => {
    const heading: RowPanel = {
      id: ++id,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { x: 0, y: y++, w: COLUMNS, h: 1 },
      panels: [],
    }
    const width = COLUMNS / row.panels.length
    const placed = row.panels.map((panel, index) =>
      panelJson(panel, ++id, {
        x: Math.floor(index * width),
        y,
        w: Math.floor(width),
        h: row.height ?? ROW_HEIGHT,
      }),
    )
    y += row.height ?? ROW_HEIGHT
    return [heading, ...placed]
  })
  // Grafana's own types, so that a field which it does not know, or reads otherwise, is an error of the compiler.
  const json: GrafanaDashboard = {
    uid,
    title,
    description,
    tags: ['alta'],
    editable: false,
    schemaVersion: 39,
    version: 1,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    graphTooltip: 1,
    links,
    templating: { list: variables(dashboard) },
    annotations: { list: [alerts] },
    panels,
  }
  return `${JSON.stringify(json, null, 2)}\n`
}

type GridPos = NonNullable<GrafanaPanel['gridPos']>

function panelJson(panel: Panel, id: number, gridPos: GridPos): GrafanaPanel {
  const { title, description, unit, kind, queries, maximum } = panel
  const isStat = kind === 'stat'
  return {
    id,
    type: kind,
    title,
    description,
    datasource,
    gridPos,
    fieldConfig: {
      defaults: {
        unit,
        // Lines that begin anywhere else than at zero look more dramatic than they are.
        min: 0,
        ...(maximum === undefined ? {} : { max: maximum }),
        ...(isStat ? {} : { custom: { fillOpacity: 10, showPoints: 'never', lineWidth: 1 } }),
      },
      overrides: [],
    },
    options: isStat
      ? {
          reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
          textMode: 'value_and_name',
          colorMode: 'none',
        }
      : {
          legend: {
            displayMode: 'table',
            placement: 'bottom',
            calcs: ['lastNotNull', 'max'],
            showLegend: true,
          },
          tooltip: { mode: 'multi', sort: 'desc' },
        },
    targets: queries.map(({ expr, legend, exemplars }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource,
      expr,
      legendFormat: legend,
      ...(isStat ? { instant: true, range: false } : { range: true, exemplar: exemplars ?? false }),
    })),
  }
}
