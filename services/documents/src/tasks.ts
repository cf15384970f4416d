import type { TaskType } from '@alta/kit/tasks/task-type'
import { reprocessDocuments } from './documents/reprocess-documents.ts'

/** The long operations that this service carries out. */
export const tasks: TaskType[] = [reprocessDocuments]
