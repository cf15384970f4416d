import { defineConfig } from 'vitest/config'

/** A real browser on the running platform; one file after another, for they share both. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    globalSetup: ['support/platform.setup.ts'],
    fileParallelism: false,
    // For what hangs: on a machine with other work a page takes seconds.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
