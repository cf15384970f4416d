import { parser } from '@prometheus-io/lezer-promql'

export interface ParsedPromql {
  /** Where it is no PromQL: the text from there on. */
  readonly faults: readonly string[]
  /** Names of metrics, as they stand before their labels. */
  readonly metrics: readonly string[]
  /** Metrics with their labels, without range and offset. */
  readonly selectors: readonly string[]
}

/** Reads an expression as Prometheus would; variables of Grafana must have been filled in. */
export function parsePromql(expr: string): ParsedPromql {
  const faults: string[] = []
  const metrics = new Set<string>()
  const selectors = new Set<string>()
  parser.parse(expr).iterate({
    enter(node) {
      if (node.type.isError) faults.push(`not PromQL from here: ${expr.slice(node.from, node.from + 40)}`)
      if (node.name === 'VectorSelector') selectors.add(expr.slice(node.from, node.to))
      // As `VectorSelector(Identifier, …)`; the same node elsewhere is a label or a function.
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector')
        metrics.add(expr.slice(node.from, node.to))
    },
  })
  return { faults, metrics: [...metrics], selectors: [...selectors] }
}
