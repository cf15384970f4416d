import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'

/** One after the other, by name: what is measured on a quiet cluster comes before what disturbs it. */
class ByName extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer['sort']>[0]) {
    return [...files].sort((a, b) => a.moduleId.localeCompare(b.moduleId))
  }
}

/** Tests over the cluster that `make cluster-up` has brought up; `make check-cluster` does both. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 900_000,
    sequence: { concurrent: false, sequencer: ByName },
  },
})
