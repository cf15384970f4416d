import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Checkout } from '../checkout.ts'
import type { Say } from '../console/steps.ts'
import { alignTable } from '../console/table.ts'
import type { Secrets } from '../secrets.ts'
import { which } from '../system/run.ts'
import { openSampleProject } from './account.ts'
import { Api, codeOf } from './api.ts'
import { describeResult, isAsExpected, isFinished, item, type SampleResult } from './result.ts'
import { readSamples, type Sample } from './sidecars.ts'

/** For one sample, from its upload on; the slowest takes a few seconds on two cores when it is alone. */
const limit = 240_000

const paths = { document: '/documents', voice: '/voice-samples' } as const
const uploaded = z.looseObject({ id: z.string() })
const duplicate = z.looseObject({ documentId: z.string().optional(), voiceSampleId: z.string().optional() })

/** Pushes samples/ through the public API, prints the table and returns whether all came out as their truth says. */
export async function runSamples(options: {
  checkout: Pick<Checkout, 'root'>
  secrets: Secrets
  gatewayUrl: string
  say: Say
  /** Whether the platform has a speech engine, without which recordings fail; by default, whether this machine has. */
  speech?: boolean
  /** Another project than the usual one, where nothing is a duplicate. */
  project?: string
}): Promise<boolean> {
  const { checkout, secrets, gatewayUrl, say } = options
  const speech = options.speech ?? Boolean(await which('pocketsphinx_continuous'))
  const samples = await readSamples(join(checkout.root, 'samples'))
  if (samples.length === 0) {
    say('there are none in samples/')
    return true
  }
  const api = new Api(gatewayUrl)
  const projectId = await openSampleProject(api, secrets, options.project)
  const results = await Promise.all(samples.map((sample) => follow(api, projectId, sample, say)))
  const rows = results.map((result) => describeResult(result, isAsExpected(result, speech)))
  console.log(`\n${alignTable([['sample', 'state', 'confidence', 'seconds', 'as its truth says'], ...rows])}`)
  return results.every((result) => isAsExpected(result, speech))
}

async function follow(api: Api, projectId: string, sample: Sample, say: Say): Promise<SampleResult> {
  const began = Date.now()
  const path = paths[sample.kind]
  const fields = { title: sample.file, language: sample.language }
  // New for every run: a repeated request of this run is the same upload, an earlier run's is a duplicate.
  const key = `sample-${randomUUID()}`
  const answer = await api.upload(`/projects/${projectId}${path}`, sample.path, sample.file, fields, key)
  const known = answer.status === 409 ? duplicate.safeParse(answer.body).data : undefined
  const existing = known?.documentId ?? known?.voiceSampleId
  const id = existing ?? (answer.status === 201 ? uploaded.safeParse(answer.body).data?.id : undefined)
  if (!id) {
    const code = codeOf(answer)
    say(`${sample.file}: refused, ${answer.status} ${code}`)
    return { sample, state: 'refused', code, confidence: undefined, seconds: (Date.now() - began) / 1000 }
  }
  if (!existing) say(`${sample.file}: uploaded`)
  let told = 'uploaded'
  while (Date.now() - began < limit) {
    const { data: current } = item.safeParse((await api.get(`${path}/${id}`)).body)
    const seconds = existing ? undefined : (Date.now() - began) / 1000
    if (current && isFinished(current.status)) {
      const code = current.failure?.code
      say(
        `${sample.file}: ${current.status}${code ? ` (${code})` : ''}${seconds ? ` after ${seconds.toFixed(1)} s` : ', from before'}`,
      )
      return { sample, state: current.status, code, confidence: current.confidence ?? undefined, seconds }
    }
    if (current && current.status !== told) {
      told = current.status
      say(`${sample.file}: ${told}`)
    }
    await sleep(500)
  }
  return {
    sample,
    state: 'timeout',
    code: undefined,
    confidence: undefined,
    seconds: (Date.now() - began) / 1000,
  }
}
