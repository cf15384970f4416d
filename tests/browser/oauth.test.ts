import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../support/client.ts'
import { addSecondFactor } from './support/authenticator.ts'
import { faultsOf, launch, press, shot, type TestBrowser, type } from './support/browser.ts'
import { everyLook } from './support/looks.ts'
import { openProgram, type Program } from './support/program.ts'
import { registerPerson, registerStaff } from './support/staff.ts'

// A program sends somebody to Alta, and the browser is a real one: its policies, its keyboard, its eyes.

let browser: TestBrowser
let program: Program
let person: Client
beforeAll(async () => {
  browser = await launch()
  program = await openProgram(await registerStaff(), 'Reader')
  person = await registerPerson()
})
afterAll(async () => {
  await program?.[Symbol.asyncDispose]()
  await browser?.[Symbol.asyncDispose]()
})

test.each(everyLook)(
  'somebody signs in with a code and allows a program, by keyboard alone (%s)',
  async (look) => {
    const ada = await registerPerson()
    const app = await addSecondFactor(ada)
    await using tab = await browser.open(look)
    const { page } = tab
    await page.goto(program.begin())
    expect(await faultsOf(tab)).toEqual([])
    await shot(page, `sign-in-${look}`)
    await type(page, 'E-mail address', ada.email)
    await type(page, 'Password', ada.password)
    await page.keyboard.press('Enter')

    await page.getByLabel('Code of your app').waitFor()
    expect(await faultsOf(tab)).toEqual([])
    await shot(page, `code-${look}`)
    await type(page, 'Code of your app', app.code())
    await press(page, 'Sign in')

    await page.getByRole('button', { name: 'Allow', exact: true }).waitFor()
    expect(await faultsOf(tab)).toEqual([])
    await shot(page, `consent-${look}`)
    await press(page, 'Allow')

    await page.waitForURL(/\/done\?/)
    const { access_token, scope } = await program.tokens()
    expect(scope.split(' ')).toContain('projects:read')
    const projects = await fetch(`${ada.gateway}/api/v1/projects`, {
      headers: { authorization: `Bearer ${access_token}` },
    })
    expect(projects.status).toBe(200)
    expect(await faultsOf(tab)).toEqual([])
  },
)

test.each(everyLook)(
  'a wrong password is said where the eye and the screen reader are, and the address stays (%s)',
  async (look) => {
    await using tab = await browser.open(look)
    const { page } = tab
    await page.goto(program.begin())
    await type(page, 'E-mail address', person.email)
    await type(page, 'Password', 'not the password of anybody')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toBe('The e-mail address or the password is wrong.')
    expect(await page.getByLabel('E-mail address').inputValue()).toBe(person.email)
    expect(await page.getByLabel('Password').inputValue()).toBe('')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('password')
    expect(await faultsOf(tab)).toEqual([])
    await shot(page, `wrong-password-${look}`)
  },
)

test('somebody who goes away from the sign-in, or does not allow it, comes back to the program with a refusal', async () => {
  await using tab = await browser.open()
  const { page } = tab
  await page.goto(program.begin())
  await press(page, 'Cancel')
  await page.waitForURL(/\/done\?/)
  expect(program.answer?.get('error')).toBe('access_denied')

  await page.goto(program.begin())
  await type(page, 'E-mail address', person.email)
  await type(page, 'Password', person.password)
  await press(page, 'Sign in')
  await page.getByRole('button', { name: 'Do not allow' }).waitFor()
  await press(page, 'Do not allow')
  await page.waitForURL(/\/done\?.*error=access_denied/)
  expect(program.answer?.get('code')).toBeNull()
  expect(await faultsOf(tab)).toEqual([])
})

test('who is signed in already is asked for no password, and in the language of the browser', async () => {
  await using tab = await browser.open('light', { locale: 'fr-CA' })
  const { page } = tab
  await page.goto(program.begin())
  await type(page, 'Adresse e-mail', person.email)
  await type(page, 'Mot de passe', person.password)
  await press(page, 'Connexion')
  await page.getByRole('heading', { name: 'Autoriser Reader ?' }).waitFor()
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('fr')
  expect(await faultsOf(tab)).toEqual([])
  await press(page, 'Autoriser')
  await page.waitForURL(/\/done\?/)

  await page.goto(program.begin())
  expect(await page.getByLabel('Mot de passe').count()).toBe(0)
  await press(page, 'Autoriser')
  await page.waitForURL(/\/done\?/)
  expect(await faultsOf(tab)).toEqual([])
})

test.each(everyLook)('a program that nobody knows is a page that says so (%s)', async (look) => {
  await using tab = await browser.open(look)
  const { page } = tab
  const unknown = '00000000-0000-7000-8000-000000000000'
  expect((await page.goto(program.begin({ client_id: unknown })))?.status()).toBe(400)
  expect(await page.getByRole('main').textContent()).toContain('is not known')
  expect(await faultsOf(tab)).toEqual([])
})
