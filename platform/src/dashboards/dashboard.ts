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

const variable = (name: string, label: string, query: string, allValue: string) => ({
  name,
  label,
  type: 'query',
  datasource,
  query: { query, refId: name },
  definition: query,
  refresh: 2,
  sort: 1,
  includeAll: true,
  multi: true,
  allValue,
  current: { text: 'All', value: '$__all' },
})

const variables = ({ perService }: Dashboard) => [
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

/** As Grafana stores it; the same text for the same dashboard. */
export function dashboardJson(dashboard: Dashboard): string {
  const { uid, title, description, rows } = dashboard
  let id = 0
  let y = 0
  const panels = rows.flatMap((row) => {
    const heading = {
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
  const json = {
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
    links: [
      {
        type: 'dashboards',
        title: 'Alta',
        tags: ['alta'],
        asDropdown: true,
        includeVars: true,
        keepTime: true,
      },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as Grafana writes a variable
      { type: 'link', title: 'Traces', url: '${traces}', targetBlank: true, icon: 'external link' },
    ],
    templating: { list: variables(dashboard) },
    annotations: {
      list: [
        {
          name: 'Alerts',
          enable: true,
          hide: true,
          iconColor: 'red',
          datasource,
          expr: 'ALERTS{alertstate="firing", alertname!="", namespace=~"$namespace"}',
          titleFormat: '{{alertname}}',
          textFormat: '{{job}}{{app_id}}',
        },
      ],
    },
    panels,
  }
  return `${JSON.stringify(json, null, 2)}\n`
}

function panelJson(panel: Panel, id: number, gridPos: object): object {
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
