import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { StepFailed } from '../console/steps.ts'

/** The last lines of a file, each cut to `width` characters: a stack in JSON is one line of thousands. */
export async function tail(file: string, lines: number, width = Number.POSITIVE_INFINITY): Promise<string> {
  if (!existsSync(file)) return '(no log yet)'
  const all = (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-lines)
  return all.map((text) => (text.length > width ? `${text.slice(0, width)}…` : text)).join('\n')
}

/** Prints the end of a log, or follows it until Ctrl-C. */
export async function logs(
  checkout: Checkout,
  options: { name: string | undefined; follow: boolean; lines: number },
): Promise<void> {
  const known = readdirSync(checkout.logs).flatMap((file) =>
    file.endsWith('.log') ? [file.slice(0, -4)] : [],
  )
  const { name, follow, lines } = options
  if (!name || !known.includes(name)) {
    throw new StepFailed(
      `${name ? `there is no log ${name}` : 'say whose log'}; there are: ${known.sort().join(', ') || 'none yet'}`,
      known.length > 0 ? `make logs s=${known.includes('supervisor') ? 'supervisor' : known[0]}` : 'make up',
    )
  }
  const file = join(checkout.logs, `${name}.log`)
  if (!follow) return console.log(await tail(file, lines))
  // -F goes on when the log is rotated.
  const child = spawn('tail', ['-n', String(lines), '-F', file], { stdio: 'inherit' })
  process.on('SIGINT', () => child.kill())
  await new Promise((resolve) => child.once('exit', resolve))
}
