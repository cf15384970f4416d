import { createRecognitionTables } from '@alta/kit/recognition/recognition-tables'
import type { Kysely } from 'kysely'

export const up = (db: Kysely<unknown>): Promise<void> => createRecognitionTables(db)
