import type { FactTables } from '../model/fact.tables.ts'
import type { ProjectTables } from '../projects/project.tables.ts'
import type { GenerationTables } from '../rebuild/generation.tables.ts'

export type Schema = FactTables & ProjectTables & GenerationTables
