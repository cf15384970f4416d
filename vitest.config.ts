import { defineConfig } from 'vitest/config'

/** Unit and integration tests beside the code; the system tests have a configuration of their own in tests/. */
export default defineConfig({
  test: {
    include: ['services/**/src/**/*.test.ts', 'platform/**/*.test.ts'],
    // For what hangs, not for what is slow: on a machine with other work everything takes several times as long.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // One second, the default, is not enough on a machine with other work.
    expect: { poll: { timeout: 15_000 } },
    maxWorkers: 3,
    env: { LOG_LEVEL: 'silent' },
  },
})
