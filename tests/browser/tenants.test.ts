import { eventually } from '@alta/kit/testing/wait'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Client } from '../support/client.ts'
import { faultsOf, launch, press, shot, type Tab, type TestBrowser, tabTo, type } from './support/browser.ts'
import { consolePage, enter, ready } from './support/enter.ts'
import { registerPerson, registerStaff } from './support/staff.ts'

// Tenants, as those who run the platform have them before them, and as their people see the console.

let browser: TestBrowser
let root: Client
beforeAll(async () => {
  browser = await launch()
  root = await registerStaff()
})
afterAll(() => browser?.[Symbol.asyncDispose]())

/** Somebody who has no account yet. */
function guest(name: string): Client {
  const somebody = new Client(root.gateway)
  const id = crypto.randomUUID().slice(0, 8)
  somebody.email = `${name}.${id}@example.org`
  somebody.password = `correct horse ${id}`
  return somebody
}

const invitationOf = ({ email }: Client): Promise<string> =>
  eventually(
    `the invitation of ${email} is there`,
    async () => {
      const path = `/api/v1/notifications/caught?to=${encodeURIComponent(email)}`
      const { body } = await root.call('GET', path)
      const texts: string[] = body.items.map(({ text }: { text: string }) => text)
      return texts.join('\n').match(/http\S+\/reset-password#token=[\w-]+/)?.[0]
    },
    90,
  )

/** What goes wrong in a window besides the refusals that a test is about. */
const othersThan = ({ complaints }: Tab, refusal: RegExp): string[] =>
  complaints.filter((each) => !refusal.test(each))

/** Follows the mail and chooses the password. */
async function accept({ page }: Tab, somebody: Client): Promise<void> {
  await page.goto(await invitationOf(somebody))
  await page.waitForFunction(() => location.hash === '')
  await type(page, 'New password', somebody.password)
  await press(page, 'Save')
  await page.getByRole('status').waitFor()
}

test('a tenant is made by keyboard; its administrator comes in by the mail, sees nothing of the first tenant, invites others, and is out once it is disabled', async () => {
  const ann = await registerPerson('Ann Archer')
  const project = `Letters ${crypto.randomUUID().slice(0, 8)}`
  await ann.project({ name: project })
  const grace = guest('grace')
  const name = `Archives ${crypto.randomUUID().slice(0, 8)}`
  await using mine = await browser.open()
  await using theirs = await browser.open()
  const { page } = mine

  await enter(page, root, '/admin/tenants')
  await ready(page)
  await press(page, 'New tenant')
  await type(page, 'Name of the tenant', name)
  await type(page, 'Their name', 'Grace Hopper')
  await type(page, 'E-mail address', grace.email)
  expect(await faultsOf(mine)).toEqual([])
  await shot(page, 'admin-tenant-new')
  await press(page, 'Create')
  await page.getByText(`An invitation is on its way to ${grace.email}.`).waitFor()
  await type(page, 'Search by name', name)
  const item = page.getByRole('listitem').filter({ hasText: name })
  await item.getByText('1 person', { exact: true }).waitFor()
  await eventually(
    'the others are left out',
    async () => (await page.getByRole('button', { name: 'Rename' }).count()) === 1,
  )

  await accept(theirs, grace)
  await enter(theirs.page, grace, '/admin/people')
  await ready(theirs.page)
  const rows = theirs.page.getByRole('row')
  await rows.filter({ hasText: grace.email }).waitFor()
  // The head, and herself.
  expect(await rows.count()).toBe(2)
  for (const hidden of ['Tenants', 'Dead letters', 'Mail catcher'])
    expect(await theirs.page.getByRole('link', { name: hidden }).count(), hidden).toBe(0)
  expect(await faultsOf(theirs)).toEqual([])
  await theirs.page.goto(consolePage(grace, '/projects'))
  await ready(theirs.page)
  expect(await theirs.page.getByText(project).count()).toBe(0)
  await grace.signIn()
  expect((await grace.call('GET', '/api/v1/projects')).body).toMatchObject({ items: [] })
  for (const path of ['/api/v1/tenants', '/api/v1/monitor/queues', '/api/v1/gateway/limits'])
    expect((await grace.call('GET', path)).status, path).toBe(403)

  const ida = guest('ida')
  await theirs.page.goto(consolePage(grace, '/admin/people'))
  await ready(theirs.page)
  await press(theirs.page, 'Invite somebody')
  await type(theirs.page, 'Their name', 'Ida Rhodes')
  await type(theirs.page, 'E-mail address', ida.email)
  await tabTo(theirs.page, theirs.page.getByLabel('Reviewer', { exact: true }))
  await theirs.page.keyboard.press('Space')
  expect(await faultsOf(theirs)).toEqual([])
  await shot(theirs.page, 'admin-invite')
  await press(theirs.page, 'Send invitation')
  await rows.filter({ hasText: ida.email }).getByText('Not confirmed').waitFor()

  await press(page, 'Disable')
  const dialog = page.getByRole('dialog')
  await dialog.getByText(`Everybody of ${name} is signed out within seconds`).waitFor()
  expect(await faultsOf(mine)).toEqual([])
  await tabTo(page, dialog.getByRole('button', { name: 'Disable' }))
  await page.keyboard.press('Enter')
  // Nobody touches it.
  await theirs.page.waitForURL(/\/console\/sign-in/, { timeout: 30_000 })
  await item.getByText('Disabled', { exact: true }).waitFor()
  await eventually(
    'her token is refused',
    async () => (await grace.call('GET', '/api/v1/projects')).status === 401,
    30,
  )
  await type(theirs.page, 'E-mail address', grace.email)
  await type(theirs.page, 'Password', grace.password)
  await theirs.page.keyboard.press('Enter')
  await theirs.page.getByRole('alert').waitFor()

  await press(page, 'Enable')
  await item.getByRole('button', { name: 'Disable' }).waitFor()
  await press(theirs.page, 'Sign in')
  await theirs.page.waitForURL(/\/console\/admin\/people/)
  // The socket and the tickets of who was let out, and the sign-in that was refused.
  expect(othersThan(theirs, /^40[13]: |WebSocket/)).toEqual([])
  expect(await faultsOf(mine)).toEqual([])
})

test('a tenant is renamed by keyboard, and the one that runs the platform has no button to disable it', async () => {
  const grace = guest('grace')
  const name = `Archives ${crypto.randomUUID().slice(0, 8)}`
  const administrator = { name: 'Grace Hopper', email: grace.email }
  await root.signIn()
  expect((await root.call('POST', '/api/v1/tenants', { name, administrator })).status).toBe(201)
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, root, `/admin/tenants?q=${encodeURIComponent(name)}`)
  await ready(page)
  await press(page, 'Rename')
  await type(page, 'Name of the tenant', `${name} of Nice`)
  await press(page, 'Save')
  await page.getByText(`${name} of Nice`, { exact: true }).waitFor()
  expect(await faultsOf(tab)).toEqual([])

  await page.goto(consolePage(root, '/admin/tenants'))
  await ready(page)
  const own = page.getByRole('listitem').filter({ hasText: 'Runs the platform' })
  await own.waitFor()
  expect(await own.getByRole('button').allTextContents()).toEqual(['Rename'])
  expect(await faultsOf(tab)).toEqual([])
})
