// documents: keeps projects, the files people send, and what was read from them.
import { connect } from '@alta/kit/database/database'
import { serve } from '@alta/kit/serve'
import { openStorage } from '@alta/kit/storage/storage'
import { config } from './config.ts'
import type { Schema } from './database/schema.ts'
import { countItemsByState } from './intake/intake.metrics.ts'
import { purgeDeleted, sweepFiles } from './intake/sweep.ts'
import { trackedStorage } from './intake/tracked-storage.ts'
import { kinds } from './kinds.ts'
import { routes } from './routes.ts'
import { subscriptions } from './subscriptions.ts'
import { tasks } from './tasks.ts'
import { joinsOf } from './uploads/joins.ts'
import { dropAbandonedUploads, finishWaitingUploads } from './uploads/sweep-uploads.ts'

const database = connect<Schema>('documents', config)
const files = trackedStorage(database, openStorage(config))

await serve({
  appId: 'documents',
  config,
  database,
  files,
  routes: routes(database, files, config),
  subscriptions: subscriptions(files),
  tasks,
  background: [
    { name: 'count documents and recordings', everySeconds: 30, run: () => countItemsByState(database) },
    {
      name: 'remove deleted items for good',
      everySeconds: 600,
      run: () => purgeDeleted(database, kinds, config.DELETED_RETENTION_DAYS),
    },
    {
      name: 'finish uploads that are whole',
      everySeconds: 5,
      run: () => finishWaitingUploads({ database, files, kinds, joins: joinsOf(1) }),
    },
    {
      name: 'drop abandoned uploads',
      everySeconds: 600,
      run: () => dropAbandonedUploads(database, config.UPLOAD_EXPIRATION_HOURS),
    },
    {
      name: 'sweep orphaned files',
      everySeconds: 600,
      run: () => sweepFiles(database, files, config.ORPHANED_FILE_HOURS),
    },
  ],
})
