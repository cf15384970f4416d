import { z } from 'zod'

const datasource = z.strictObject({ type: z.literal('prometheus'), uid: z.literal(variable('datasource')) })
const gridPos = z.strictObject({
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  w: z.int().min(1).max(24),
  h: z.int().min(1),
})
const row = z.strictObject({
  id: z.int().positive(),
  type: z.literal('row'),
  title: z.string().min(1),
  collapsed: z.literal(false),
  gridPos,
  panels: z.array(z.never()),
})
const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource,
  expr: z.string().min(1),
  legendFormat: z.string().min(1),
  instant: z.boolean().optional(),
  range: z.boolean(),
  exemplar: z.boolean().optional(),
})
const panel = z.strictObject({
  id: z.int().positive(),
  type: z.enum(['timeseries', 'stat']),
  title: z.string().min(1),
  description: z.string().min(10),
  datasource,
  gridPos: gridPos.refine(({ x, w }) => x + w <= 24, 'reaches over the right edge'),
  fieldConfig: z.strictObject({
    defaults: z.looseObject({ unit: z.string().min(1), min: z.literal(0) }),
    overrides: z.array(z.never()),
  }),
  options: z.looseObject({}),
  targets: z.array(target).min(1).max(26),
})
const templating = z.strictObject({
  list: z.array(z.looseObject({ name: z.string(), type: z.enum(['datasource', 'query', 'textbox']) })),
})

/** What Grafana 11 and 12 read (schema version 39), as far as we write it; anything else would be a slip. */
export const grafanaDashboard = z
  .strictObject({
    uid: z.string().regex(/^[a-z-]{1,40}$/),
    title: z.string().min(1),
    description: z.string().min(1),
    tags: z.tuple([z.literal('alta')]),
    editable: z.literal(false),
    schemaVersion: z.literal(39),
    version: z.int(),
    timezone: z.literal('browser'),
    refresh: z.string(),
    time: z.strictObject({ from: z.string(), to: z.string() }),
    graphTooltip: z.literal(1),
    links: z.array(z.looseObject({ type: z.enum(['dashboards', 'link']), title: z.string() })),
    templating,
    annotations: z.strictObject({
      list: z.array(
        z.looseObject({
          name: z.string(),
          datasource,
          target: z.strictObject({ refId: z.string(), expr: z.string().min(1) }),
        }),
      ),
    }),
    panels: z.array(z.union([row, panel])).min(1),
  })
  .refine(
    ({ panels }) => new Set(panels.map(({ id }) => id)).size === panels.length,
    'two panels share an id',
  )
  .refine(({ templating: { list }, panels }) => {
    const known = new Set(list.map(({ name }) => name))
    const used = [...JSON.stringify(panels).matchAll(/\$\{?([a-z]+)\b/g)].map(([, name = '']) => name)
    return used.every((name) => known.has(name))
  }, 'a panel uses a variable that the dashboard has not')

function variable(name: string) {
  return `\${${name}}` as const
}
