import { testConfig } from '@alta/kit/testing/config'
import type { TestProject } from 'vitest/node'
import { runPlatform } from '../../support/platform.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** `.alta/` of the platform under test. */
    home: string
  }
}

/**
 * A platform of the tests' own, taken down afterwards. With `TEST_PLATFORM_HOME` the running one that it names, which
 * is left as it is but for the people and things that tests make: for whoever writes a page.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (testConfig.TEST_PLATFORM_HOME) {
    project.provide('home', testConfig.TEST_PLATFORM_HOME)
    return undefined
  }
  const platform = runPlatform({})
  await platform.down()
  await platform.up()
  project.provide('home', platform.home)
  return () => platform.down()
}
