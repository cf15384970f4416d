import { z } from 'zod'
import { StepFailed } from '../console/steps.ts'
import type { Secrets } from '../secrets.ts'
import { type Answer, type Api, codeOf } from './api.ts'

/** A person of example.com, the domain that never delivers mail. */
export const sampleEmail = 'sample@example.com'

const login = z.looseObject({ accessToken: z.string() })
const project = z.looseObject({ id: z.string(), name: z.string() })
const projects = z.looseObject({ items: z.array(project) })

const refused = (what: string, answer: Answer): StepFailed =>
  new StepFailed(
    `${what}: ${answer.status} ${codeOf(answer)} ${JSON.stringify(answer.body).slice(0, 300)}`,
    'make logs s=gateway',
  )

/** Longer than any rule asks for; a fresh database and an old secret meet after `make down CLEAN=1` only. */
export const samplePassword = (secrets: Secrets): string => `${secrets.get('samples', 'password')}-Aa1!`

/** Signs the sample user in, registering it the first time, and returns the id of its project of that name. */
export async function openSampleProject(
  api: Api,
  secrets: Secrets,
  projectName = 'Samples',
): Promise<string> {
  const password = samplePassword(secrets)
  const registered = await api.post('/auth/register', { email: sampleEmail, password, name: 'Sample User' })
  if (registered.status !== 201 && registered.status !== 409)
    throw refused('the sample user cannot register', registered)
  await secrets.save()
  const signedIn = await api.post('/auth/login', { email: sampleEmail, password })
  const parsed = login.safeParse(signedIn.body)
  if (signedIn.status !== 200 || !parsed.success) throw refused('the sample user cannot sign in', signedIn)
  api.signInWith(parsed.data.accessToken)

  const listed = await api.get('/projects?limit=100')
  const found = projects.safeParse(listed.body)
  if (!found.success) throw refused('the projects cannot be listed', listed)
  const existing = found.data.items.find(({ name }) => name === projectName)
  if (existing) return existing.id
  const description = 'Made by make up from the files in samples/.'
  const made = await api.post('/projects', { name: projectName, description, language: 'en' })
  const created = project.safeParse(made.body)
  if (made.status !== 201 || !created.success) throw refused('the project cannot be made', made)
  return created.data.id
}
