/** PostgreSQL's types of the columns, by table: what names a row, and what is known of it. */
export const factTables = {
  uploads: {
    key: { subject_id: 'uuid', version: 'integer' },
    columns: {
      kind: 'text',
      project_id: 'uuid',
      person: 'uuid',
      title: 'text',
      bytes: 'bigint',
      at: 'timestamptz',
    },
  },
  readings: {
    key: { recognition_id: 'uuid' },
    columns: {
      kind: 'text',
      project_id: 'uuid',
      subject_id: 'uuid',
      version: 'integer',
      asked_at: 'timestamptz',
      started_at: 'timestamptz',
      read_at: 'timestamptz',
      opened_at: 'timestamptz',
      claimed_at: 'timestamptz',
      engine: 'text',
      confidence: 'double precision',
      pages: 'integer',
      seconds: 'double precision',
    },
  },
  verdicts: {
    key: { recognition_id: 'uuid', sequence: 'integer' },
    columns: {
      kind: 'text',
      project_id: 'uuid',
      subject_id: 'uuid',
      verdict: 'text',
      person: 'uuid',
      at: 'timestamptz',
      corrections: 'integer',
      words: 'integer',
      agreed: 'boolean',
      agreement: 'double precision',
      undone_at: 'timestamptz',
      undone_by: 'uuid',
    },
  },
  failures: {
    key: { source: 'text', event_id: 'text' },
    columns: {
      at: 'timestamptz',
      stage: 'text',
      cause: 'text',
      app: 'text',
      project_id: 'uuid',
      subject_id: 'uuid',
      version: 'integer',
    },
  },
  deletions: { key: { subject_id: 'uuid' }, columns: { at: 'timestamptz' } },
} as const

export type FactTable = keyof typeof factTables

/** In the order in which every transaction writes them, so that no two wait for each other. */
export const factTableNames = ['uploads', 'readings', 'verdicts', 'failures', 'deletions'] as const

interface Values {
  readonly uuid: string
  readonly text: string
  readonly integer: number
  readonly bigint: number
  readonly 'double precision': number
  readonly boolean: boolean
  /** ISO 8601, UTC, milliseconds: so that text and time have one order. */
  readonly timestamptz: string
}

type Typed<Columns extends Record<string, keyof Values>> = { [C in keyof Columns]: Values[Columns[C]] }

/** What one event says about one row; what it does not say is left out. */
export type FactRow<Table extends FactTable> = Typed<(typeof factTables)[Table]['key']> & {
  readonly [C in keyof (typeof factTables)[Table]['columns']]?:
    | Typed<(typeof factTables)[Table]['columns']>[C]
    | null
    | undefined
}

export type Fact = { [T in FactTable]: { readonly table: T; readonly row: FactRow<T> } }[FactTable]

type Stored<Table extends FactTable> = Typed<(typeof factTables)[Table]['key']> & {
  [C in keyof (typeof factTables)[Table]['columns']]: Typed<(typeof factTables)[Table]['columns']>[C] | null
} & { generation: number; tenant_id: string }

export type FactTables = { [T in FactTable]: Stored<T> }
