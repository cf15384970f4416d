import { loadavg } from 'node:os'
import { eventually } from '@alta/kit/testing/wait'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Client } from '../support/client.ts'
import { faultsOf, launch, press, shot, type Tab, type TestBrowser, tabTo, type } from './support/browser.ts'
import { consolePage, enter, ready } from './support/enter.ts'
import { everyLook, named } from './support/looks.ts'
import { registerPerson, registerStaff } from './support/staff.ts'

// People, rights and applications, as administrators have them before them.

let browser: TestBrowser
let root: Client
beforeAll(async () => {
  browser = await launch()
  root = await registerStaff()
})
afterAll(() => browser?.[Symbol.asyncDispose]())

/** Finds somebody in the list by what is typed, and opens them with Enter. */
async function open(page: Page, person: Client): Promise<void> {
  await type(page, 'Search by name or address', person.email)
  const row = page.getByRole('row', { name: person.email })
  await row.waitFor()
  await tabTo(page, row)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/admin\/people\/[\da-f-]{36}/)
  await page.getByRole('group', { name: 'Everybody is a member.' }).waitFor()
}

const check = async (page: Page, name: string): Promise<void> => {
  await tabTo(page, page.getByLabel(name, { exact: true }))
  await page.keyboard.press('Space')
}

/** All that an explanation says, but for how long ago it was. */
const lastingOf = (explanation: Locator): Promise<string[]> =>
  explanation.locator('strong, strong + *, dt, dd:not(:has(time))').allTextContents()

/** What goes wrong in a window besides the refusals that a test is about. */
const othersThan = ({ complaints }: Tab, refusal: RegExp): string[] =>
  complaints.filter((each) => !refusal.test(each))

test('somebody is found, given a role and rid of it again, by keyboard; their own window follows', async () => {
  const ann = await registerPerson('Ann Archer')
  await using mine = await browser.open()
  await using theirs = await browser.open()
  await enter(theirs.page, ann, '/projects')
  const operators = theirs.page.getByRole('link', { name: 'Dead letters' })
  await theirs.page.getByRole('link', { name: 'Analytics' }).waitFor()
  expect(await operators.count()).toBe(0)

  const { page } = mine
  await enter(page, root, '/admin/people')
  await ready(page)
  await open(page, ann)
  await check(page, 'Operator')
  await press(page, 'Save roles')
  await page.getByText('Roles are saved').waitFor()
  expect(await faultsOf(mine)).toEqual([])
  await theirs.page.reload()
  await operators.waitFor()
  await operators.click()
  await ready(theirs.page)
  await theirs.page.getByRole('heading', { name: 'Dead letters' }).waitFor()

  await check(page, 'Operator')
  await press(page, 'Save roles')
  await eventually(
    'the bar of their window has lost it',
    async () => {
      await theirs.page.goto(consolePage(ann, '/projects'))
      await ready(theirs.page)
      return (await operators.count()) === 0
    },
    60,
  )
  // Tokens with other roles end within seconds, and the window has another one then.
  expect(othersThan(theirs, /^40[13]: /)).toEqual([])
})

test('whoever is disabled is out of their open window within seconds, and in again once enabled', async () => {
  const eve = await registerPerson('Eve Ellis')
  await using mine = await browser.open()
  await using theirs = await browser.open()
  await enter(theirs.page, eve, '/projects')
  await ready(theirs.page)
  const { page } = mine
  await enter(page, root, '/admin/people')
  await ready(page)
  await open(page, eve)

  await press(page, 'Disable')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Eve Ellis is signed out everywhere within seconds').waitFor()
  expect(await faultsOf(mine)).toEqual([])
  await shot(page, 'admin-disable')
  await tabTo(page, dialog.getByRole('button', { name: 'Disable' }))
  const began = performance.now()
  await page.keyboard.press('Enter')
  // Nobody touches it.
  await theirs.page.waitForURL(/\/console\/sign-in/, { timeout: 30_000 })
  const seconds = (performance.now() - began) / 1_000
  console.info(
    `out of an open window ${seconds.toFixed(1)} s after the key (load ${loadavg()[0]?.toFixed(1)})`,
  )
  expect(seconds).toBeLessThan(20)
  await page.getByText('Disabled', { exact: true }).waitFor()

  await type(theirs.page, 'E-mail address', eve.email)
  await type(theirs.page, 'Password', eve.password)
  await theirs.page.keyboard.press('Enter')
  await theirs.page.getByRole('alert').waitFor()
  expect(new URL(theirs.page.url()).pathname).toBe('/console/sign-in')

  await press(page, 'Enable')
  await page.getByRole('button', { name: 'Disable' }).waitFor()
  await press(theirs.page, 'Sign in')
  await theirs.page.waitForURL(/\/console\/projects/)
  // The socket and the tickets of who was let out, and the sign-in that was refused.
  expect(othersThan(theirs, /^40[13]: |WebSocket/)).toEqual([])
  expect(await faultsOf(mine)).toEqual([])
})

test('why somebody was refused stands one click from the refusal, and the administrator reads the same by its id', async () => {
  const ann = await registerPerson('Ann Archer')
  await using theirs = await browser.open()
  await enter(theirs.page, ann, '/admin/people')
  const refusal = theirs.page.getByRole('alert')
  await refusal.getByText('This needs the permission users:manage.').waitFor()
  const id = (await refusal.locator('code').textContent()) ?? ''
  await shot(theirs.page, 'admin-refused')
  await tabTo(theirs.page, refusal.getByRole('link', { name: 'Why?' }))
  await theirs.page.keyboard.press('Enter')
  const told = theirs.page.getByRole('list', { name: 'Refusals of this request' })
  await told.getByText('permission users:manage', { exact: true }).waitFor()
  expect(await theirs.page.getByLabel('Request id').inputValue()).toBe(id)
  const words = await lastingOf(told)
  for (const word of ['GET /api/v1/users', 'forbidden', 'of the role admin', ann.userId, 'Member'])
    expect(words.join('\n')).toContain(word)
  // What was not there yet when it was first asked for is asked for again.
  expect(othersThan(theirs, /^40[34]: /)).toEqual([])

  await using mine = await browser.open()
  const { page } = mine
  await enter(page, root, '/admin/policies')
  await ready(page)
  await type(page, 'Request id', id)
  await page.keyboard.press('Enter')
  const same = page.getByRole('list', { name: 'Refusals of this request' })
  await same.getByText('permission users:manage', { exact: true }).waitFor()
  expect(await lastingOf(same)).toEqual(words)
  expect(new URL(page.url()).searchParams.get('requestId')).toBe(id)
  expect(await faultsOf(mine)).toEqual([])
  await shot(page, 'admin-why')

  // The other page of it is the same.
  await page.goto(consolePage(root, `/operate/audit/why?requestId=${id}`))
  await same.getByText('permission users:manage', { exact: true }).waitFor()
  expect(await lastingOf(same)).toEqual(words)
  expect(await faultsOf(mine)).toEqual([])

  await type(page, 'Request id', 'nobody-asked')
  await press(page, 'Explain')
  await page.getByText('No refusal of such a request is noted').waitFor()
  expect(othersThan(mine, /^404: .*nobody-asked/)).toEqual([])
})

test('what each role may do is what the platform does', async () => {
  const ann = await registerPerson('Ann Archer')
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, root, '/admin/policies')
  await ready(page)
  const may = async (permission: string) => {
    const row = page.getByRole('row', { name: permission })
    const cells = await row
      .getByRole('cell')
      .evaluateAll((all) =>
        all.map((cell) => cell.querySelector('[aria-label]')?.getAttribute('aria-label') ?? cell.textContent),
      )
    return cells.join(' ')
  }
  await page.getByRole('columnheader').first().waitFor()
  expect(await page.getByRole('columnheader').allTextContents()).toEqual([
    'Permission',
    'Member',
    'Reviewer',
    'Operator',
    'Administrator',
  ])
  expect(await may('users:manage')).toBe('No No No Yes')
  expect(await may('audit:read')).toBe('No No Yes Yes')
  expect(await may('projects:read')).toBe('Yes Yes Yes Yes')
  const asked = async (path: string) => (await ann.call('GET', path)).status
  expect([
    await asked('/api/v1/users'),
    await asked('/api/v1/audit'),
    await asked('/api/v1/projects'),
  ]).toEqual([403, 403, 200])
  expect(await faultsOf(tab)).toEqual([])
})

test('an application is registered by keyboard, its secret is shown once, and once removed it signs nobody in', async () => {
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, root, '/admin/clients')
  await ready(page)
  await press(page, 'Register an application')
  const name = `Reader ${crypto.randomUUID().slice(0, 8)}`
  await type(page, 'Name', name)
  await type(page, 'Addresses it returns to, one a line', 'https://reader.example.org/done')
  await check(page, 'See projects')
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'admin-client-new')
  await tabTo(page, page.getByRole('dialog').getByRole('button', { name: 'Register an application' }))
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name })
  await dialog.getByText('Copy the secret now').waitFor()
  const [id = '', secret = ''] = await dialog.locator('code').allTextContents()
  expect(secret.length).toBeGreaterThan(30)
  expect(await faultsOf(tab)).toEqual([])
  await page.keyboard.press('Escape')

  const item = page.getByRole('listitem').filter({ hasText: name })
  await item.getByText(id).waitFor()
  expect(await page.content()).not.toContain(secret)
  const authorize = () =>
    fetch(
      `${root.gateway}/oauth/authorize?${new URLSearchParams({
        client_id: id,
        redirect_uri: 'https://reader.example.org/done',
        response_type: 'code',
        scope: 'projects:read',
        code_challenge: 'x'.repeat(43),
        code_challenge_method: 'S256',
      })}`,
      { redirect: 'manual' },
    )
  expect((await authorize()).status).toBeLessThan(400)

  await tabTo(page, item.getByRole('button', { name: 'Remove' }))
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByText('all consents end').waitFor()
  await tabTo(page, page.getByRole('dialog').getByRole('button', { name: 'Remove' }))
  await page.keyboard.press('Enter')
  await item.waitFor({ state: 'detached' })
  expect((await authorize()).status).toBe(400)
  expect(await faultsOf(tab)).toEqual([])
})

test('a service account gets a key that works until it is revoked', async () => {
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, root, '/admin/people')
  await ready(page)
  await press(page, 'New service account')
  await type(page, 'Name', 'Nightly import')
  await press(page, 'Create')
  await page.waitForURL(/\/admin\/people\/[\da-f-]{36}/)
  await press(page, 'New API key')
  await type(page, 'What it is for', 'the import')
  await check(page, 'See projects')
  await press(page, 'Create')
  const dialog = page.getByRole('dialog', { name: 'the import' })
  await dialog.getByText('Copy the key now').waitFor()
  const program = new Client(root.gateway)
  program.token = (await dialog.locator('code').textContent()) ?? ''
  await page.keyboard.press('Escape')
  expect(await program.call('GET', '/api/v1/projects')).toMatchObject({ status: 200 })
  expect((await program.call('GET', '/api/v1/reviews')).status).toBe(403)
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'admin-service-account')

  await press(page, 'Revoke')
  await tabTo(page, page.getByRole('dialog').getByRole('button', { name: 'Revoke' }))
  await page.keyboard.press('Enter')
  await page.getByText('No API keys yet').waitFor()
  await eventually(
    'it is refused',
    async () => (await program.call('GET', '/api/v1/projects')).status === 401,
    30,
  )
})

test.each(everyLook)('every page of administrators is at home in its window (%s)', async (look) => {
  const ann = await registerPerson('Ann Archer')
  const refused = await ann.call('GET', '/api/v1/users')
  const { requestId } = refused.body
  await root.signIn()
  const made = await root.call('POST', '/api/v1/auth/clients', {
    name: `Reading room (${look})`,
    kind: 'native',
    redirectUris: ['http://127.0.0.1/done'],
    scopes: ['projects:read', 'documents:read'],
  })
  expect(made.status).toBe(201)
  await eventually(
    'the refusal is noted',
    async () => (await root.call('GET', `/api/v1/audit/decisions/${requestId}`)).status === 200,
  )
  await using tab = await browser.open(look)
  const { page } = tab
  await enter(page, root, '/admin/people')
  const pages = {
    'admin-people': '/admin/people',
    'admin-person': `/admin/people/${ann.userId}`,
    'admin-policies': '/admin/policies',
    'admin-explained': `/admin/policies?requestId=${requestId}`,
    'operate-explained': `/operate/audit/why?requestId=${requestId}`,
    'admin-clients': '/admin/clients',
    'admin-tenants': '/admin/tenants',
  }
  const faults: Record<string, string[]> = {}
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(consolePage(root, path))
    await ready(page)
    await shot(page, named(name, look))
    const found = await faultsOf(tab)
    if (found.length > 0) faults[name] = found
  }
  await root.call('DELETE', `/api/v1/auth/clients/${made.body.id}`)
  expect(faults).toEqual({})
})
