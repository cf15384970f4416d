import type { Checkout } from '../checkout.ts'
import { reason, type Say } from '../console/steps.ts'
import { canInstall, install, missingPackages } from '../system/apt.ts'
import { which } from '../system/run.ts'

const packages = ['pocketsphinx', 'pocketsphinx-en-us', 'ffmpeg']

/**
 * Installs the speech engine when it is missing. Without it everything but speech works, and recordings say
 * why they wait: so this reports and never stops the way up.
 */
export async function ensureSpeech(checkout: Checkout, say: Say): Promise<boolean> {
  const commands = await Promise.all(['pocketsphinx_continuous', 'ffmpeg'].map(which))
  if (commands.every(Boolean)) {
    say('pocketsphinx and ffmpeg are installed')
    return true
  }
  const missing = (await which('dpkg-query')) ? await missingPackages(packages) : packages
  try {
    if (!(await canInstall())) throw new Error('no apt-get as root here')
    await install(missing, checkout.logs, say)
    say('installed')
    return true
  } catch (error) {
    say(`missing, recordings will not be transcribed: ${reason(error)}`)
    say(`try: sudo apt-get install ${missing.join(' ')}`)
    return false
  }
}
