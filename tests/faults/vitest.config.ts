import { defineConfig } from 'vitest/config'

/** Faults, one after another: they share servers of their own, and break them. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    fileParallelism: false,
    testTimeout: 420_000,
    hookTimeout: 120_000,
  },
})
