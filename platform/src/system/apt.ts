import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Say, StepFailed } from '../console/steps.ts'
import { canBeRoot, runAsRoot } from './privilege.ts'
import { run, which } from './run.ts'

let updated = false

/** Of these Debian packages, those that are not installed. */
export async function missingPackages(packages: readonly string[]): Promise<string[]> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills these in
  const { stdout } = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages])
  return notInstalled(packages, stdout)
}

/** Reads `dpkg-query -W -f '${Package} ${db:Status-Status}'`; a package that it does not list was never installed. */
export function notInstalled(packages: readonly string[], listing: string): string[] {
  const installed = new Set(
    listing.split('\n').flatMap((row) => (row.endsWith(' installed') ? [row.split(' ')[0]] : [])),
  )
  return packages.filter((name) => !installed.has(name))
}

export const canInstall = async (): Promise<boolean> => Boolean(await which('apt-get')) && (await canBeRoot())

/**
 * Installs Debian packages; says a sign of life every 30 s.
 * @throws {StepFailed} when apt-get refuses.
 */
export async function install(packages: readonly string[], logs: string, say: Say): Promise<void> {
  const log = join(logs, 'apt.log')
  // Without an init (containers, chroots) a package's own start of its daemon fails the whole installation;
  // in runlevel 1 it is not tried, and the runner starts it itself.
  const env = {
    DEBIAN_FRONTEND: 'noninteractive',
    ...(existsSync('/run/systemd/system') ? {} : { RUNLEVEL: '1' }),
  }
  const manual = `sudo apt-get install ${packages.join(' ')}`
  say(`installing ${packages.join(', ')} by apt-get`)
  const began = Date.now()
  const life = setInterval(
    () => say(`still installing, ${Math.round((Date.now() - began) / 1000)} s`),
    30_000,
  )
  try {
    const wait = ['-o', 'DPkg::Lock::Timeout=900']
    if (!updated) await runAsRoot('apt-get', [...wait, '-qq', 'update'], { log, env })
    updated = true
    const args = [...wait, '-y', '-q', 'install', '--no-install-recommends', ...packages]
    const result = await runAsRoot('apt-get', args, { log, env })
    if (result.code !== 0) {
      const last = result.stderr.trim().split('\n').slice(-3).join(' ')
      throw new StepFailed(`apt-get could not install ${packages.join(', ')}: ${last} (log: ${log})`, manual)
    }
  } finally {
    clearInterval(life)
  }
}

/** Installs what is missing of these where that can be done; otherwise says what goes without them. */
export async function bring(
  packages: readonly string[],
  { logs, say, without }: { logs: string; say: Say; without: string },
): Promise<void> {
  const missing = await missingPackages(packages)
  if (missing.length === 0) return
  if (await canInstall()) await install(missing, logs, say)
  else say(`without ${without}: sudo apt-get install ${missing.join(' ')}`)
}
