import { alignTable } from '../../platform/src/console/table.ts'

/** What one bench found: a table, and what its reader must know. */
export interface Section {
  title: string
  columns: readonly string[]
  rows: readonly (readonly string[])[]
  /** One sentence each. */
  notes: readonly string[]
}

export function printSection({ title, columns, rows, notes }: Section): void {
  console.log(`\n${title}\n${alignTable([columns, ...rows])}`)
  for (const note of notes) console.log(`  ${note}`)
}

function markdownOf({ title, columns, rows, notes }: Section): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    `## ${title}`,
    '',
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map(line),
    '',
    ...notes.map((note) => `- ${note}`),
    '',
  ].join('\n')
}

/** docs/benchmarks.md. Only what the run has found and what a reader needs to trust or repeat it. */
export const documentOf = (machine: readonly string[], sections: readonly Section[]): string => `# Benchmarks

Written by \`make bench\`, which measures everything below in one run and replaces this file. Each figure stands
beside a peer or a floor of the same run; ratios carry over to another machine, absolute figures do not.

## How to repeat it

\`make bench\` takes about six minutes and wants PostgreSQL, Redis, RabbitMQ and daprd as \`make up\` leaves them.
\`node tests/bench/main.ts --short\` takes a minute and a half and only prints. Both work in a vhost, a database and
under Redis keys of their own and remove them afterwards; uploads go to the running platform, or to one that is brought
up for them. Peers and floors take turns with Alta, round by round after a warm-up; figures are medians with the range
of the rounds, latencies p50 and p90.

## Machine

${machine.map((fact) => `- ${fact}`).join('\n')}

## What it does not show

- Sender, consumer, broker, databases and sidecars share the cores and talk over loopback: no network, no replicated broker.
- Nothing beyond p90: on a shared machine a p99 measures the neighbours. Nothing over hours, and no faults.
- Dapr's outbox keeps its state in Redis: with the append-only file off it promises less than the others do here, at no charge.
- Its inner topic uses the classic queue that daprd declares; every other queue is a quorum queue.

${sections.map(markdownOf).join('\n')}`
