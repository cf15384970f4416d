import { alignTable } from '../../platform/src/console/table.ts'

/** What one bench found: a table, and what its reader must know. */
export interface Section {
  title: string
  /** In docs/pictures/. */
  picture?: { file: string; alt: string }
  columns: readonly string[]
  rows: readonly (readonly string[])[]
  /** One sentence each. */
  notes: readonly string[]
  /** Of a statement, as PostgreSQL explains it. */
  plan?: string
}

export function printSection({ title, columns, rows, notes, plan }: Section): void {
  console.log(`\n${title}\n${alignTable([columns, ...rows])}`)
  for (const note of notes) console.log(`  ${note}`)
  if (plan) console.log(`\n${plan}`)
}

function markdownOf({ title, picture, columns, rows, notes, plan }: Section): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    `## ${title}`,
    '',
    ...(picture ? [`![${picture.alt}](pictures/${picture.file})`, ''] : []),
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map(line),
    '',
    ...notes.map((note) => `- ${note}`),
    '',
    ...(plan ? ['```', plan, '```', ''] : []),
  ].join('\n')
}

const PREFACE = ['How to repeat it', 'Machine', 'What it does not show']

/** Sections of the document as it was that this run has not measured again. */
function keptFrom(before: string, measured: readonly Section[]): string[] {
  const replaced = new Set([...PREFACE, ...measured.map(({ title }) => title)])
  return before
    .split(/^(?=## )/m)
    .slice(1)
    .filter((text) => !replaced.has(text.slice(3, text.indexOf('\n'))))
    .map((text) => `${text.trimEnd()}\n`)
}

/**
 * docs/benchmarks.md: only what runs have found and what a reader needs to trust or repeat it.
 * @param before the document as it was; what this run has left out stays
 */
export const documentOf = (
  machine: readonly string[],
  sections: readonly Section[],
  before: string,
): string => `# Benchmarks

Written by \`make bench WRITE=1\`, which replaces each section below that it has measured. Each figure stands beside a
peer or a floor of the same run; ratios carry over to another machine, absolute figures do not.

## How to repeat it

\`make bench\` prints, \`make bench WRITE=1\` writes this file too. It takes about twenty minutes and wants PostgreSQL,
Redis, RabbitMQ and daprd as \`make up\` leaves them; FastAPI, Celery and tesseract it installs from Debian
(\`python3-fastapi python3-uvicorn python3-asyncpg python3-celery python3-psycopg2 tesseract-ocr\`, for the
hop \`wrk nginx-light haproxy\`; of these nginx serves its own page on port 80 where there is systemd), other gateways of
Node by npm into a folder of their own, the other peers come with \`pnpm install\`.
\`make bench ONLY=exactly-once,relay\` runs parts (\`exactly-once\`, \`latency\`, \`relay\`, \`limits\`, \`flood\`, \`live\`, \`hop\`, \`uploads\`, \`sign-in\`, \`analytics\`, \`ocr\`);
\`make bench SHORT=1\` is for a look, \`make bench LONG=1 ONLY=exactly-once\` takes five minutes for each system and ten
more with a transaction held open. All work in vhosts, databases and under Redis keys of their own and remove them
afterwards; uploads go to the running platform, or to one that is brought up for them. Peers and floors take turns with
Alta, round by round; figures are medians with the range of the rounds, latencies p50 and p90, ratios are taken round
by round.

## Machine

${machine.map((fact) => `- ${fact}`).join('\n')}

## What it does not show

- Sender, consumer, broker, databases and sidecars share the cores and talk over loopback: no network, no replicated broker.
- Nothing beyond p90: on a shared machine a p99 measures the neighbours. No faults; those are \`make faults\`.
- A single event of about 400 bytes and a handler of one statement. A handler that does more shrinks every difference.
- Alta’s relay claims and completes its rows without waiting for the disk: a crash of PostgreSQL has them published again, and the inbox knows them. Change with event, and effect with inbox row, wait for it as everybody’s do.
- Every system is warm. In its first 20 s after a start a consumer of Alta notes each message in a commit of its own before it handles it, and is that much slower.
- Alta is the first in every round. Beside all of them a consumer and two sidecars of the other parts of this page stand by without work.
- Alta’s receiver logs every event and checks contract and tenant; the peers log nothing and check nothing.
- Dapr's outbox keeps its state in Redis: with the append-only file off it promises less than the others do here, at no charge.
- Its rate is what the receiver’s sidecar takes at once (50) in the second that each message waits before it is published.
- Its inner topic uses the classic queue that daprd declares; every other queue is a quorum queue.
- pg-transactional-outbox can follow the write-ahead log instead of polling; that needs \`wal_level = logical\` and was not run.

${[...sections.map(markdownOf), ...keptFrom(before, sections)].join('\n')}`
