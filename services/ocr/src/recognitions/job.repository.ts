import { documentOcrStarted } from '@alta/contracts/events/document-ocr-started.v1'
import type { Page } from '@alta/contracts/resources/recognition'
import type { Database } from '@alta/kit/database/database'
import { type RecognitionRun, recognitionJobs } from '@alta/kit/recognition/recognition-jobs'
import type { RecognitionSchema } from '@alta/kit/recognition/recognition-tables'
import type { KeptWork } from '../engines/engine.ts'
import type { KeptPictures, PagePictures } from './add-pictures.ts'
import type { Request } from './recognise.ts'

export interface JobRepository {
  /** Begins a run, or takes it up again, and tells so. */
  begin(run: RecognitionRun, request: Request): Promise<void>
  keptWork(run: RecognitionRun): KeptWork
  keptPictures(run: RecognitionRun): KeptPictures
}

/** Parts are pages, named by their number, and the pictures of pages. */
export function jobRepository(database: Database<RecognitionSchema>): JobRepository {
  const jobs = recognitionJobs<Page>(database)
  const drawn = recognitionJobs<PagePictures>(database)
  const picturesOf = (number: number) => `pictures of ${number}`
  return {
    begin(run, { documentId, projectId, version }) {
      const { recognitionId } = run
      return jobs.begin(run, { subjectId: documentId, projectId, version }, (emit) =>
        emit(documentOcrStarted, { documentId, projectId, recognitionId }, { sequence: 1 }),
      )
    },
    keptWork(run) {
      const { part, keepPart, operation, keepOperation } = jobs.kept(run)
      return {
        page: (number) => part(String(number)),
        keepPage: (page) => keepPart(String(page.number), page),
        operation,
        keepOperation,
      }
    },
    keptPictures(run) {
      const { part, keepPart } = drawn.kept(run)
      return {
        pictures: (number) => part(picturesOf(number)),
        keepPictures: (number, pictures) => keepPart(picturesOf(number), pictures),
      }
    },
  }
}
