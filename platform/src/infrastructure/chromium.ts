import type { Checkout } from '../checkout.ts'
import { reason, type Say, StepFailed } from '../console/steps.ts'
import { canInstall, install } from '../system/apt.ts'
import { which } from '../system/run.ts'

/** The first is Debian's; the others are what people have. Each speaks the protocol that playwright-core speaks. */
const commands = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/**
 * The browser of browser tests: one that is on the PATH, else Debian's, installed. Playwright's own download is not
 * used: Debian's gets its security updates with everything else, and comes from where everything else comes from.
 * @returns the program
 * @throws {StepFailed} when there is none and none can be installed
 */
export async function ensureChromium({ logs }: Pick<Checkout, 'logs'>, say: Say): Promise<string> {
  const found = await installed()
  if (found) {
    say(`uses ${found}`)
    return found
  }
  try {
    if (!(await canInstall())) throw new Error('no apt-get as root here')
    // Without a font a page is boxes, and its contrast and widths are nobody's.
    await install(['chromium', 'fonts-dejavu-core'], logs, say)
    const program = await installed()
    if (program) return program
    throw new Error('apt-get has installed no chromium')
  } catch (error) {
    throw new StepFailed(
      `there is no Chromium for browser tests: ${reason(error)}`,
      'sudo apt-get install chromium fonts-dejavu-core',
    )
  }
}

async function installed(): Promise<string | undefined> {
  const found = await Promise.all(commands.map(which))
  return found.find(Boolean)
}
