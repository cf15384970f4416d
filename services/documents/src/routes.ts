import type { Database } from '@alta/kit/database/database'
import type { Route } from '@alta/kit/http/route'
import type { FileStorage } from '@alta/kit/storage/storage'
import { bulkRoutes } from './bulk/bulk.routes.ts'
import type { Schema } from './database/schema.ts'
import { documentKind } from './documents/document.kind.ts'
import { documentRoutes } from './documents/document.routes.ts'
import { pageService } from './documents/page.service.ts'
import { pictureService } from './documents/picture.service.ts'
import { intakeService } from './intake/intake.service.ts'
import { itemService } from './intake/item.service.ts'
import { itemsRoutes } from './intake/items.routes.ts'
import { trash } from './intake/trash.ts'
import { versionService } from './intake/version.service.ts'
import { kinds } from './kinds.ts'
import { memberRoutes } from './projects/member.routes.ts'
import { memberService } from './projects/member.service.ts'
import { projectRoutes } from './projects/project.routes.ts'
import { projectService } from './projects/project.service.ts'
import { uploadRoutes } from './uploads/upload.routes.ts'
import { uploadService } from './uploads/upload.service.ts'
import { viewRoutes } from './views/view.routes.ts'
import { voiceSampleKind } from './voice-samples/voice-sample.kind.ts'
import { voiceSampleRoutes } from './voice-samples/voice-sample.routes.ts'
import { waveformService } from './voice-samples/waveform.service.ts'

/** The whole public API of this service. */
export const routes = (
  database: Database<Schema>,
  files: FileStorage,
  limits: {
    DOCUMENT_MAXIMUM_BYTES: number
    VOICE_SAMPLE_MAXIMUM_BYTES: number
    UPLOAD_EXPIRATION_HOURS: number
    UPLOAD_SMALLEST_PART_BYTES: number
  },
): Route[] => [
  ...projectRoutes(projectService(database)),
  ...memberRoutes(memberService(database)),
  ...itemsRoutes(database, kinds),
  ...bulkRoutes(database),
  ...viewRoutes(database),
  ...uploadRoutes(
    uploadService({
      ...{ database, files, kinds },
      maximumBytes: { document: limits.DOCUMENT_MAXIMUM_BYTES, voice: limits.VOICE_SAMPLE_MAXIMUM_BYTES },
      smallestPart: limits.UPLOAD_SMALLEST_PART_BYTES,
      expirationHours: limits.UPLOAD_EXPIRATION_HOURS,
    }),
  ),
  ...documentRoutes(
    {
      intake: intakeService(database, documentKind),
      items: itemService(database, documentKind),
      trash: trash(database, documentKind),
      versions: versionService(database, files, documentKind),
      pages: pageService(database),
      pictures: pictureService(database, files),
    },
    limits.DOCUMENT_MAXIMUM_BYTES,
  ),
  ...voiceSampleRoutes(
    {
      intake: intakeService(database, voiceSampleKind),
      items: itemService(database, voiceSampleKind),
      trash: trash(database, voiceSampleKind),
      versions: versionService(database, files, voiceSampleKind),
      waveforms: waveformService(database),
    },
    limits.VOICE_SAMPLE_MAXIMUM_BYTES,
  ),
]
