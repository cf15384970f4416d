import { defineConfig } from 'vitest/config'

/** Unit and integration tests beside the code; the system tests have a configuration of their own in tests/. */
export default defineConfig({
  test: {
    include: ['services/**/src/**/*.test.ts', 'platform/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    env: { LOG_LEVEL: 'silent' },
  },
})
