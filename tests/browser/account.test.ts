import { eventually } from '@alta/kit/testing/wait'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../support/client.ts'
import { faultsOf, launch, press, shot, type TestBrowser, type } from './support/browser.ts'
import { everyLook } from './support/looks.ts'
import { registerPerson, registerStaff } from './support/staff.ts'

// The pages behind mailed links, opened from the mail.

let browser: TestBrowser
let staff: Client
beforeAll(async () => {
  browser = await launch()
  staff = await registerStaff()
})
afterAll(() => browser?.[Symbol.asyncDispose]())

/** The link to this page in the newest mail that somebody was sent. */
const linkTo = (page: string, email: string): Promise<string> =>
  eventually(
    `a mail with a link to ${page} comes to ${email}`,
    async () => {
      const path = `/api/v1/notifications/caught?to=${encodeURIComponent(email)}`
      const { body } = await staff.call('GET', path)
      const texts: string[] = body.items.map(({ text }: { text: string }) => text)
      return texts.join('\n').match(new RegExp(`http\\S+${page}#token=[\\w-]+`))?.[0]
    },
    90,
  )

test.each(everyLook)(
  'a forgotten password is replaced from the mail, by keyboard alone (%s)',
  async (look) => {
    const ada = await registerPerson()
    await using tab = await browser.open(look)
    const { page } = tab
    await page.goto(`${ada.gateway}/forgotten-password`)
    expect(await faultsOf(tab)).toEqual([])
    await shot(page, `forgotten-password-${look}`)
    await type(page, 'E-mail address', ada.email)
    await press(page, 'Send')
    await page.getByRole('status').waitFor()
    expect(await faultsOf(tab)).toEqual([])

    await page.goto(await linkTo('/reset-password', ada.email))
    // The script has taken the token: neither the address bar nor the history has it any more.
    await page.waitForFunction(() => location.hash === '')
    expect(await page.getByLabel('Code from the mail').isVisible()).toBe(false)
    expect(await faultsOf(tab)).toEqual([])
    await shot(page, `reset-password-${look}`)
    await type(page, 'New password', 'password1')
    await press(page, 'Save')
    await page.getByRole('alert').waitFor()
    expect(await faultsOf(tab)).toEqual([])
    ada.password = `a new horse ${look} and staple`
    await type(page, 'New password', ada.password)
    await press(page, 'Save')
    await page.getByRole('status').waitFor()
    expect(await faultsOf(tab)).toEqual([])
    await ada.signIn()
  },
)

test.each(everyLook)('an address is confirmed from the mail (%s)', async (look) => {
  const ada = await registerPerson()
  await using tab = await browser.open(look)
  const { page } = tab
  await page.goto(await linkTo('/verify-email', ada.email))
  await page.waitForFunction(() => location.hash === '')
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, `verify-email-${look}`)
  await type(page, 'E-mail address', ada.email)
  await type(page, 'Password', ada.password)
  await press(page, 'Confirm')
  await page.getByRole('status').waitFor()
  expect((await ada.call('GET', '/api/v1/auth/me')).body).toMatchObject({ emailVerified: true })
  expect(await faultsOf(tab)).toEqual([])
})

test('without scripts the code is copied from the mail', async () => {
  const ada = await registerPerson()
  await using tab = await browser.open('light', { javaScriptEnabled: false })
  const { page } = tab
  const link = new URL(await linkTo('/verify-email', ada.email))
  await page.goto(link.href)
  await type(page, 'Code from the mail', link.hash.slice('#token='.length))
  await type(page, 'E-mail address', ada.email)
  await type(page, 'Password', ada.password)
  await press(page, 'Confirm')
  await page.getByRole('status').waitFor()
  expect(tab.complaints).toEqual([])
})
