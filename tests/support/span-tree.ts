import { readFile, writeFile } from 'node:fs/promises'
import type { ReceivedSpan } from './otlp.ts'

/**
 * A trace as text: each span under the one that caused it, with the time it began and what it took. Sidecars stand
 * between services and are drawn as any other; ids in names are not.
 */
function spanTree(spans: readonly ReceivedSpan[]): string {
  const began = Math.min(...spans.map(({ startMs }) => startMs))
  const known = new Set(spans.map(({ spanId }) => spanId))
  const below = (parent: string | undefined) =>
    spans
      .filter(({ parentSpanId }) =>
        parent === undefined ? !known.has(parentSpanId) : parentSpanId === parent,
      )
      .toSorted((a, b) => a.startMs - b.startMs)

  const drawn = (span: ReceivedSpan, indent: string): string[] => {
    const at = `${((span.startMs - began) / 1_000).toFixed(2)} s`.padStart(9)
    const took = duration(span.endMs - span.startMs).padStart(8)
    const linked = span.links.length > 0 ? '  ↗ the request of the person who decided' : ''
    const name = `${span.service}: ${span.name.replace(anyId, '{id}')}`
    return [
      `${at} ${took}  ${indent}${name}${linked}`,
      ...below(span.spanId).flatMap((child) => drawn(child, `${indent}  `)),
    ]
  }
  return below(undefined)
    .flatMap((root) => drawn(root, ''))
    .join('\n')
}

const anyId = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

const duration = (milliseconds: number): string =>
  milliseconds < 1_000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1_000).toFixed(2)} s`

const markers = /(<!-- trace:start -->\n)[\s\S]*?(<!-- trace:end -->)/

/** Puts the tree between its markers in a document. */
export async function writeSpanTree(path: string, spans: readonly ReceivedSpan[]): Promise<void> {
  const text = await readFile(path, 'utf8')
  if (!markers.test(text)) throw new Error(`${path} has no place for a trace`)
  await writeFile(
    path,
    text.replace(markers, (_all, start, end) => `${start}\`\`\`text\n${spanTree(spans)}\n\`\`\`\n${end}`),
  )
}
