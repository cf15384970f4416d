import { defineConfig } from 'vitest/config'

/** Tests over the running platform, one file after another: they share it, and some of them kill its parts. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['system/**/*.test.ts'],
    globalSetup: ['support/platform.setup.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 300_000,
    sequence: { concurrent: false },
  },
})
