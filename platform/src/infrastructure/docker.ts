import { StepFailed } from '../console/steps.ts'
import { run } from '../system/run.ts'

export const dockerRuns = async (): Promise<boolean> =>
  (await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeout: 5000 })).code === 0

/** Starts the named container, or a new one; published on the loopback address only. */
export async function startContainer(
  name: string,
  image: string,
  port: number,
  inside: number,
  environment: Record<string, string>,
): Promise<void> {
  if ((await run('docker', ['start', name])).code === 0) return
  const variables = Object.entries(environment).flatMap(([key, value]) => ['-e', `${key}=${value}`])
  const publish = ['-p', `127.0.0.1:${port}:${inside}`]
  const result = await run('docker', ['run', '-d', '--name', name, ...publish, ...variables, image])
  if (result.code !== 0)
    throw new StepFailed(`docker could not run ${image}: ${result.stderr.trim()}`, `docker pull ${image}`)
}

export async function stopContainer(name: string): Promise<void> {
  await run('docker', ['stop', name])
}

export async function removeContainer(name: string): Promise<void> {
  await run('docker', ['rm', '-f', '-v', name])
}
