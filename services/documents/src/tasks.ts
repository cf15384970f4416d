import type { TaskType } from '@alta/kit/tasks/task-type'
import { changeManyItems } from './bulk/change-items.task.ts'
import { reprocessDocuments } from './documents/reprocess-documents.ts'

/** The long operations that this service carries out. */
export const tasks: TaskType[] = [reprocessDocuments, changeManyItems]
