import { readFile } from 'node:fs/promises'
import { eventually } from '@alta/kit/testing/wait'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../support/client.ts'
import { formWith } from '../support/client.ts'
import { faultsOf, launch, press, shot, type TestBrowser, tabTo, type } from './support/browser.ts'
import { consolePage, enter } from './support/enter.ts'
import { drag, letterPdf, makeFolder, slowLine } from './support/files.ts'
import { everyLook } from './support/looks.ts'
import { watchUploads } from './support/progress.ts'
import { type Sight, seeAll } from './support/sights.ts'
import { registerConfirmed } from './support/staff.ts'

// How files come in and are found again, as people have it before them.

const sample = (name: string): string => new URL(`../../samples/${name}`, import.meta.url).pathname

let browser: TestBrowser
let ann: Client
let ben: Client
let awake: Disposable
beforeAll(async () => {
  browser = await launch({ microphone: true })
  ann = await registerConfirmed('Ann Archer')
  ben = await registerConfirmed('Ben Brook')
  awake = ann.staySignedIn()
})
afterAll(async () => {
  awake?.[Symbol.dispose]()
  await browser?.[Symbol.asyncDispose]()
})

const words = (about: string): string[] => [
  `Dear Ben, this is about ${about}.`,
  'The society met on Tuesday evening in the hall behind the church.',
  'Please bring the keys of the shed when you come on Saturday.',
]

/** Uploads a letter by the API. @returns its id */
async function letter(projectId: string, name: string, about = name): Promise<string> {
  const form = formWith(letterPdf(words(about)), name, { title: name, language: 'en' })
  const { status, body } = await ann.call('POST', `/api/v1/projects/${projectId}/documents`, form)
  if (status !== 201) throw new Error(`${name} is not taken: ${JSON.stringify(body)}`)
  return body.id
}

/** The bytes of an original, as they are kept. */
async function original(path: string): Promise<Buffer> {
  const answer = await fetch(ann.gateway + path, { headers: { authorization: `Bearer ${ann.token}` } })
  expect(answer.status).toBe(200)
  return Buffer.from(await answer.arrayBuffer())
}

const choose = (page: Page, ...files: string[]) =>
  page.getByLabel('Upload files', { exact: true }).and(page.locator('input')).setInputFiles(files)
const lineOf = (page: Page, name: string) =>
  page.getByRole('region', { name: 'Uploads' }).getByRole('listitem').filter({ hasText: name })
const table = (page: Page) => page.getByRole('table', { name: 'Documents and recordings' })
const row = (page: Page, place: number) => page.locator(`[role=row][data-index="${place}"]`)
const dialog = (page: Page) => page.getByRole('dialog')

/** Presses a button of the open dialog, by keyboard. */
async function confirm(page: Page, name: string): Promise<void> {
  const button = dialog(page).getByRole('button', { name, exact: true })
  await eventually(`${name} can be pressed`, () => button.isEnabled())
  await tabTo(page, button)
  await page.keyboard.press('Enter')
}

test('a project is made by keyboard, from the first page that somebody new sees', async () => {
  const zoe = await registerConfirmed('Zoe Zander')
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, zoe, '/')
  await page.getByText('Three first steps').waitFor()
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'home-first')
  await tabTo(page, page.getByRole('link', { name: 'Create a project' }))
  await page.keyboard.press('Enter')
  await dialog(page).waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('You are in no project yet').waitFor()
  await page.keyboard.press('c')
  await type(page, 'Name', 'The allotment society')
  await type(page, 'Description', 'Minutes since 1911')
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'project-new')
  await press(page, 'Create')
  await page.getByRole('heading', { level: 1, name: 'The allotment society' }).waitFor()
  await page.getByText('Nothing is in this project yet').waitFor()
  expect(await faultsOf(tab)).toEqual([])
  const { body } = await zoe.call('GET', '/api/v1/projects')
  expect(body.items).toMatchObject([
    { name: 'The allotment society', description: 'Minutes since 1911', language: 'en', role: 'owner' },
  ])
})

test('many files that are dropped at once, whole folders too, each say how far they are, and lie in the list when they have come', async () => {
  await using folder = await makeFolder()
  const names = Array.from({ length: 24 }, (_, number) => `letter-${String(number).padStart(2, '0')}.pdf`)
  for (const name of names)
    await folder.write(`box/of ${name.slice(7, 8)}/${name}`, letterPdf(words(name), 900_000))
  await folder.write('box/.DS_Store', 'nobody means it')
  const single = await folder.write('single.pdf', letterPdf(words('one alone'), 300_000))
  const projectId = await ann.project({ name: 'A box of letters' })
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ann, `/projects/${projectId}`)
  await page.getByText('Nothing is in this project yet').waitFor()
  await slowLine(page, 2_500_000)
  const seen = await watchUploads(page)

  const drop = await drag(page, [`${folder.path}/box`, single])
  await page.getByText('Drop files or folders to upload them').waitFor()
  await shot(page, 'project-drop')
  await drop()
  await page.getByText(/^2\d files on their way$/).waitFor()
  await page.getByText('It has arrived').first().waitFor()
  await shot(page, 'project-uploads')
  expect(await faultsOf(tab)).toEqual([])
  await page.getByText('All uploads have ended').waitFor()

  const { shares, atOnce } = await seen()
  expect(Object.keys(shares).sort()).toEqual([...names, 'single.pdf'].sort())
  for (const [name, shown] of Object.entries(shares)) {
    expect(shown, name).toEqual([...shown].sort((one, other) => one - other))
  }
  // A machine with other work is told too seldom to see every one of them half sent.
  const halfSent = Object.values(shares).filter((shown) => shown.some((share) => share > 0 && share < 1))
  expect(halfSent.length).toBeGreaterThan(12)
  expect(atOnce).toBe(3)
  await page.getByText('25 items').waitFor()
  expect(await table(page).getAttribute('aria-rowcount')).toBe('26')
  // What becomes of them is told where they lie, without asking again.
  await table(page).getByText('Approved').first().waitFor()
  await page.getByRole('button', { name: 'Clear what has ended' }).click()
  expect(await page.getByRole('region', { name: 'Uploads' }).count()).toBe(0)
  expect(await faultsOf(tab)).toEqual([])
})

test('a large upload is paused and goes on, and after a reload goes on from the byte where it was', async () => {
  await using folder = await makeFolder()
  const bytes = letterPdf(words('a large matter'), 24_000_000)
  const large = await folder.write('large.pdf', bytes)
  const other = await folder.write('other/large.pdf', letterPdf(words('something else')))
  const projectId = await ann.project({ name: 'Large things' })
  await using tab = await browser.open()
  const { page } = tab
  const offsets: number[] = []
  page.on('request', (request) => {
    if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']))
  })
  let asked = ''
  page.on('dialog', async (question) => {
    asked = question.type()
    await question.accept()
  })
  await enter(page, ann, `/projects/${projectId}`)
  await slowLine(page, 1_000_000)
  await choose(page, large)
  const line = lineOf(page, 'large.pdf')
  const bar = line.getByRole('progressbar')
  const sent = () => bar.evaluate((element: HTMLProgressElement) => element.value)
  await eventually('a part of it is sent', async () => (await sent()) > 2_000_000)

  await tabTo(page, line.getByRole('button', { name: 'Pause large.pdf' }))
  await page.keyboard.press('Enter')
  await line.getByText(/^Paused at/).waitFor()
  const held = await sent()
  await page.waitForTimeout(1_500)
  expect(await sent()).toBe(held)
  expect(await page.getByText('All uploads have ended').count()).toBe(0)
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'project-upload-paused')
  await line.getByRole('button', { name: 'Go on with large.pdf' }).click()
  await eventually('more of it is sent', async () => (await sent()) > Math.max(held, 10_000_000))

  await page.reload()
  expect(asked).toBe('beforeunload')
  const lost = line.getByText(/Choose the file again to go on/)
  await lost.waitFor()
  expect(Number((await lost.textContent())?.match(/([\d.]+) MB of/)?.[1])).toBeGreaterThan(2)
  const had = await sent()
  expect(had).toBeGreaterThan(2_000_000)
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'project-upload-interrupted')
  const again = line.locator('input[type=file]')
  await again.setInputFiles(other)
  await line.getByText('That is another file').waitFor()
  offsets.length = 0
  await again.setInputFiles(large)
  await line.getByText('It has arrived').waitFor()
  expect(offsets[0]).toBe(had)

  await line.getByRole('link', { name: 'Show it' }).click()
  await page.waitForURL(/\/console\/documents\//)
  const id = new URL(page.url()).pathname.split('/').at(-1)
  expect((await original(`/api/v1/documents/${id}/file`)).equals(bytes)).toBe(true)
  console.info(
    `an upload of ${bytes.length} bytes: paused at ${held}, reloaded with ${had} there, went on from ${offsets[0]}`,
  )
})

test('an upload that loses its connection goes on by itself when it is back', async () => {
  await using folder = await makeFolder()
  const file = await folder.write('far away.pdf', letterPdf(words('distance'), 6_000_000))
  const projectId = await ann.project({ name: 'Far away' })
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ann, `/projects/${projectId}`)
  const network = await slowLine(page, 500_000)
  await choose(page, file)
  const line = lineOf(page, 'far away.pdf')
  const sent = () => line.getByRole('progressbar').evaluate((bar: HTMLProgressElement) => bar.value)
  await eventually('a part of it is sent', async () => (await sent()) > 1_000_000)
  await network.become(0)
  await line.getByText('No connection. It goes on by itself.').waitFor()
  await network.become(undefined)
  await line.getByText('It has arrived').waitFor()
  const away = tab.complaints.filter((each) => !/ERR_INTERNET_DISCONNECTED|WebSocket/.test(each))
  expect(away).toEqual([])
})

test('a file that is there already is shown, with a link to what has its bytes', async () => {
  await using folder = await makeFolder()
  const file = await folder.write('again.pdf', letterPdf(words('once')))
  const projectId = await ann.project({ name: 'Twice' })
  const id = await letter(projectId, 'first.pdf', 'once')
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ann, `/projects/${projectId}`)
  await choose(page, file)
  const line = lineOf(page, 'again.pdf')
  await line.getByText('These bytes are in the project already').waitFor()
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'project-upload-duplicate')
  await line.getByRole('link', { name: 'Show it' }).click()
  await page.waitForURL((url) => url.pathname === `/console/documents/${id}`)
  await page.getByRole('heading', { level: 1, name: 'first.pdf' }).waitFor()
})

test('a file that cannot be read says why in words and what to do, and can be read again', async () => {
  await using folder = await makeFolder()
  const projectId = await ann.project({ name: 'Damaged' })
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ann, `/projects/${projectId}`)
  // Told before a byte is sent; by the bytes, whatever the name; and by the engine.
  await choose(
    page,
    await folder.write('letter.docx', 'PK'),
    sample('not-a-pdf.pdf'),
    sample('truncated.pdf'),
  )
  await lineOf(page, 'letter.docx').getByText('Not sent: only PDF').waitFor()
  await lineOf(page, 'not-a-pdf.pdf')
    .getByText('Its content is none of them, whatever its name says')
    .waitFor()
  const damaged = lineOf(page, 'truncated.pdf')
  await damaged.getByText('It has arrived').waitFor()
  await shot(page, 'project-upload-refused')
  await table(page).getByText('Failed').waitFor()
  expect(await table(page).getByRole('row').count()).toBe(2)

  await damaged.getByRole('link', { name: 'Show it' }).click()
  await page.getByText('The file is damaged, incomplete or protected by a password.').waitFor()
  await page.getByText(/What to do: .*upload that as a new version/).waitFor()
  const faults = await faultsOf(tab)
  expect(faults.filter((each) => !each.startsWith('415: '))).toEqual([])
  await page.keyboard.press('r')
  await page.getByText('It is being read again.').waitFor()
  await page.getByText('asked to read it again').first().waitFor()
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  await eventually(
    'it was read twice',
    async () => {
      const { body } = await ann.call('GET', `/api/v1/documents/${id}`)
      const failures = body.history.filter(({ action }: { action: string }) => action === 'reading_failed')
      return failures.length === 2
    },
    120,
  )
  // All of one cause are read again from their list.
  await page.goto(consolePage(ann, `/projects/${projectId}?status=failed`))
  await page.getByRole('button', { name: 'Read all with this cause again' }).click()
  await dialog(page).getByText('This changes 1 item.').waitFor()
  await confirm(page, 'Read again')
  await page.getByText('1 item is being changed in the background').waitFor()
})

test('a list is filtered, seen as a grid and kept as a view that others in the project see, by keyboard', async () => {
  const projectId = await ann.project({ name: 'Minutes and letters' })
  for (const name of ['Accounts', 'Bees', 'Compost']) await letter(projectId, `${name}.pdf`)
  const { body } = await ann.upload(projectId, 'documents', sample('truncated.pdf'))
  await ann.until('documents', body.id, ['failed'])
  await ann.call('PUT', `/api/v1/projects/${projectId}/members/${ben.userId}`, { role: 'viewer' })
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ann, `/projects/${projectId}`)
  await page.getByText('4 items').waitFor()

  await page.keyboard.press('/')
  await page.keyboard.type('bees')
  await page.getByText('1 item', { exact: true }).waitFor()
  await eventually('the address says so', async () => new URL(page.url()).searchParams.get('q') === 'bees')
  expect(await page.getByLabel('Search title and text').inputValue()).toBe('bees')
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.press('Delete')
  await page.getByText('4 items').waitFor()
  await press(page, 'Failed')
  await page.getByText('1 item', { exact: true }).waitFor()
  expect(await table(page).getByText('truncated.pdf').count()).toBe(1)
  await press(page, 'Clear filters')
  await page.getByText('4 items').waitFor()

  await page.locator('body').focus()
  await page.keyboard.press('v')
  const tiles = page.getByRole('region', { name: 'Documents and recordings' })
  await tiles.waitFor()
  expect(new URL(page.url()).searchParams.get('layout')).toBe('grid')
  await tabTo(page, tiles.locator('[data-index="0"] a'))
  await page.keyboard.press('ArrowRight')
  await eventually('the next tile has the focus', () =>
    page.evaluate(() => document.activeElement?.closest('[data-index]')?.getAttribute('data-index') === '1'),
  )
  expect(await faultsOf(tab)).toEqual([])

  await page.getByLabel('Sort').selectOption({ label: 'Title A–Z' })
  await press(page, 'Failed')
  await page.getByText('1 item', { exact: true }).waitFor()
  await press(page, 'Saved views')
  await type(page, 'Name of the view', 'What went wrong')
  await tabTo(page, page.getByLabel('Everybody in the project sees it'))
  await page.keyboard.press('Space')
  await confirm(page, 'Save this view')
  await dialog(page).getByRole('link', { name: 'What went wrong' }).waitFor()
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'project-views')

  await using theirs = await browser.open()
  await enter(theirs.page, ben, `/projects/${projectId}`)
  await press(theirs.page, 'Saved views')
  await tabTo(theirs.page, theirs.page.getByRole('link', { name: 'What went wrong' }))
  await theirs.page.keyboard.press('Enter')
  await theirs.page.getByText('1 item', { exact: true }).waitFor()
  expect(new URL(theirs.page.url()).search).toBe('?status=failed&sort=title&layout=grid')
  expect(await faultsOf(theirs)).toEqual([])
})

test('what is selected goes to the trash and comes back, and all that match are changed by a task, by keyboard', async () => {
  const projectId = await ann.project({ name: 'Bulky' })
  const names = ['Accounts', 'Bees', 'Compost', 'Dahlias']
  const ids: string[] = []
  for (const name of names) ids.push(await letter(projectId, name))
  for (const id of ids) await ann.until('documents', id, ['approved', 'in_review'])
  await using tab = await browser.open()
  const { page } = tab
  await enter(page, ann, `/projects/${projectId}?sort=title`)
  await page.getByText('4 items').waitFor()

  await tabTo(page, row(page, 0))
  await page.keyboard.press('x')
  await page.getByText('1 selected').waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await eventually('the third has the focus', () =>
    row(page, 2).evaluate((element) => element === document.activeElement),
  )
  await page.keyboard.press('Shift+X')
  await page.getByText('3 selected').waitFor()
  expect(await faultsOf(tab)).toEqual([])
  await page.keyboard.press('Delete')
  await dialog(page).getByText('This changes 3 items.').waitFor()
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'project-bulk')
  await confirm(page, 'Delete')
  await page.getByText('3 items changed').waitFor()
  await page.getByText('1 item', { exact: true }).waitFor()
  expect(await table(page).getByText('Dahlias').count()).toBe(1)
  // At once, from what says that it was done.
  await press(page, 'Undo')
  await page.getByText('4 items').waitFor()

  await tabTo(page, row(page, 0))
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('x')
  await page.keyboard.press('Delete')
  await confirm(page, 'Delete')
  await page.getByText('3 items', { exact: true }).waitFor()
  // Later, from the trash.
  await tabTo(page, page.getByRole('link', { name: 'Trash' }))
  await page.keyboard.press('Enter')
  await table(page).getByText('Bees').waitFor()
  expect(await page.getByRole('button', { name: 'Upload files' }).count()).toBe(0)
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.press('s')
  await confirm(page, 'Restore')
  await page.getByText('The trash is empty').waitFor()
  expect(await faultsOf(tab)).toEqual([])
  const { body } = await ann.call('GET', `/api/v1/projects/${projectId}/items?total=true`)
  expect(body.total).toBe(4)

  await page.goto(consolePage(ann, `/projects/${projectId}`))
  await tabTo(page, row(page, 0))
  await page.keyboard.press('ControlOrMeta+A')
  await page.getByText('4 selected').waitFor()
  await page.getByLabel('All that match, loaded or not').check()
  await page.locator('body').focus()
  await page.keyboard.press('t')
  await type(page, 'Tags', 'garden')
  await confirm(page, 'Add tags')
  await page.getByText('4 items are being changed in the background').waitFor()
  await press(page, 'Show the task')
  await page.waitForURL(/\/operate\/tasks\//)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page
    .getByText(/completed|succeeded|done/i)
    .first()
    .waitFor()
  await page.goto(consolePage(ann, `/projects/${projectId}?tag=garden`))
  await page.getByText('4 items').waitFor()
  expect(await faultsOf(tab)).toEqual([])
})

test('somebody records their voice, listens, and sends it; the microphone is let go', async () => {
  const projectId = await ann.project({ name: 'Spoken' })
  await using tab = await browser.open()
  const { page } = tab
  await page.addInitScript(() => {
    const tracks: MediaStreamTrack[] = []
    Object.assign(globalThis, { microphones: tracks })
    const devices = navigator.mediaDevices
    const ask = devices.getUserMedia.bind(devices)
    devices.getUserMedia = async (wanted) => {
      const stream = await ask(wanted)
      tracks.push(...stream.getTracks())
      return stream
    }
  })
  const states = () =>
    page.evaluate(() =>
      (globalThis as unknown as { microphones: MediaStreamTrack[] }).microphones.map(
        ({ readyState }) => readyState,
      ),
    )
  await enter(page, ann, `/projects/${projectId}`)
  await page.getByText('Nothing is in this project yet').waitFor()
  await page.keyboard.press('m')
  await dialog(page).waitFor()
  expect(await states()).toEqual([])
  await confirm(page, 'Start recording')
  const timer = page.getByRole('timer')
  await eventually('three seconds are recorded', async () => ((await timer.textContent()) ?? '') >= '0:03')
  await eventually('it shows that it hears something', () =>
    page.getByRole('meter').evaluate((meter: HTMLMeterElement) => meter.value > 0.2),
  )
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'recording')
  await confirm(page, 'Pause')
  const held = await timer.textContent()
  await page.waitForTimeout(1_500)
  expect(await timer.textContent()).toBe(held)
  expect(await states()).toEqual(['live'])
  await confirm(page, 'Go on')
  await confirm(page, 'Stop and listen')
  const player = page.getByLabel('What you have recorded')
  await eventually('it can be heard', () =>
    player.evaluate((audio: HTMLAudioElement) => audio.readyState > 0 && audio.duration >= 3),
  )
  expect(await states()).toEqual(['ended'])
  expect(await faultsOf(tab)).toEqual([])
  await shot(page, 'recording-done')
  await type(page, 'Name', 'To the society')
  await confirm(page, 'Send')
  await lineOf(page, 'To the society.wav').getByText('It has arrived').waitFor()
  await table(page).getByText('To the society').waitFor()

  const { body } = await ann.call('GET', `/api/v1/projects/${projectId}/items`)
  expect(body.items).toMatchObject([{ kind: 'voice', mediaType: 'audio/wav', uploadedBy: ann.userId }])
  const wav = await original(`/api/v1/voice-samples/${body.items[0].id}/file`)
  const samples = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length))
  expect(samples.length / wav.readUInt32LE(24)).toBeGreaterThanOrEqual(3)
  expect(samples.some((each) => Math.abs(each) > 3_000)).toBe(true)
})

test('an owner adds a member by their address, who sees less or more as the role says, and takes it back', async () => {
  const projectId = await ann.project({ name: 'Together' })
  await using mine = await browser.open()
  const { page } = mine
  await enter(page, ann, `/projects/${projectId}/members`)
  await type(page, 'E-mail address of the person', ben.email)
  await page.getByLabel('Role').last().selectOption({ label: 'Viewer' })
  await press(page, 'Add')
  await page.getByText('Ben Brook is a member now').waitFor()
  const line = page.getByRole('listitem').filter({ hasText: 'Ben Brook' })
  await line.waitFor()
  expect(await faultsOf(mine)).toEqual([])
  await shot(page, 'project-member-added')

  await using theirs = await browser.open()
  await enter(theirs.page, ben, `/projects/${projectId}`)
  await theirs.page.getByText('Owners and reviewers add to it.').waitFor()
  const upload = theirs.page.getByRole('button', { name: 'Upload files' })
  expect(await upload.count()).toBe(0)
  await theirs.page.goto(consolePage(ben, `/projects/${projectId}/members`))
  await theirs.page.getByRole('button', { name: 'Leave the project' }).waitFor()
  expect(await theirs.page.getByRole('button', { name: 'Remove' }).count()).toBe(0)
  await line.getByLabel('Role').selectOption({ label: 'Reviewer' })
  await eventually('Ben is a reviewer', async () => {
    const { body } = await ben.call('GET', `/api/v1/projects/${projectId}`)
    return body.role === 'reviewer'
  })
  await theirs.page.goto(consolePage(ben, `/projects/${projectId}`))
  await upload.waitFor()

  await line.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('is no member any more').waitFor()
  expect((await ben.call('GET', `/api/v1/projects/${projectId}`)).status).toBe(404)
  await press(page, 'Undo')
  await line.waitFor()
  expect((await ben.call('GET', `/api/v1/projects/${projectId}`)).body).toMatchObject({ role: 'reviewer' })
  expect(await faultsOf(mine)).toEqual([])
})

const script = '<script>document.title = "it ran"</script>'
const drawing = `<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`
const article = `<!doctype html><html><body>${script}</body></html>`

test('pages and drawings that can run scripts are refused, whatever they are called', async () => {
  await using folder = await makeFolder()
  const projectId = await ann.project({ name: 'Disguised' })
  await using tab = await browser.open()
  await enter(tab.page, ann, `/projects/${projectId}`)
  const honest = [await folder.write('page.html', article), await folder.write('drawing.svg', drawing)]
  const disguised = [
    await folder.write('page.pdf', article),
    await folder.write('drawing.png', `<?xml version="1.0"?>${drawing}`),
    await folder.write('speech.wav', article),
  ]
  await choose(tab.page, ...honest, ...disguised)
  for (const name of ['page.html', 'drawing.svg'])
    await lineOf(tab.page, name).getByText('Not sent: only PDF').waitFor()
  for (const name of ['page.pdf', 'drawing.png', 'speech.wav'])
    await lineOf(tab.page, name).getByText('Its content is none of them').waitFor()
  expect((await ann.call('GET', `/api/v1/projects/${projectId}/items`)).body.items).toEqual([])
})

test('a picture that is a page as well runs nothing when its original is opened, not even where a browser would take it for one', async () => {
  const projectId = await ann.project({ name: 'Two faces' })
  const picture = Buffer.concat([await readFile(sample('letter.png')), Buffer.from(article)])
  const form = formWith(picture, 'picture.html', { title: 'Two faces', language: 'en' })
  const { status, body } = await ann.call('POST', `/api/v1/projects/${projectId}/documents`, form)
  expect(status).toBe(201)
  await using tab = await browser.open()
  await enter(tab.page, ann, `/documents/${body.id}?tab=original`)
  await tab.page.getByRole('img', { name: 'picture.html' }).waitFor()
  expect(await faultsOf(tab)).toEqual([])
  const address = await tab.page.getByRole('link', { name: 'Download' }).first().getAttribute('href')

  const opened = await tab.page.context().newPage()
  const file = new URL(address ?? '', tab.page.url()).href
  const [download] = await Promise.all([
    opened.waitForEvent('download'),
    opened.goto(file).catch(() => undefined),
  ])
  expect(download.suggestedFilename()).toBe('picture.html.png')
  expect(opened.url()).toBe('about:blank')

  // As if nothing of it but one header had come.
  let kept: string | undefined
  await opened.route(/\/file\?/, async (route) => {
    const answer = await route.fetch()
    const headers = answer.headers()
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['content-disposition']).toMatch(/^attachment/)
    const policy = kept === undefined ? {} : { [kept]: headers[kept] ?? '' }
    await route.fulfill({ body: article, headers: { 'content-type': 'text/html', ...policy } })
  })
  await opened.goto(file)
  expect(await opened.title()).toBe('it ran')
  kept = 'content-security-policy'
  await opened.goto(file)
  expect(await opened.title()).not.toBe('it ran')
})

let prepared: Promise<readonly Sight[]> | undefined

/** A project that looks as if people had worked in it. */
async function prepare(): Promise<readonly Sight[]> {
  const projectId = await ann.project({
    name: 'Allotment society',
    description: 'Minutes, letters and calls since 1911',
  })
  await ann.call('PUT', `/api/v1/projects/${projectId}/members/${ben.userId}`, { role: 'reviewer' })
  const files = ['text.pdf', 'letter.png', 'facture.jpg', 'bad-photo.jpg', 'truncated.pdf', 'memo.wav']
  const ids: Record<string, string> = {}
  for (const file of files) {
    const kind = file.endsWith('.wav') ? 'voice-samples' : 'documents'
    const { body } = await ann.upload(projectId, kind, sample(file), file === 'facture.jpg' ? 'fr' : 'en')
    ids[file] = body.id
    await ann.until(kind, body.id, ['approved', 'in_review', 'failed'], 280)
    const tags = file.startsWith('f') ? ['bill', '1911'] : ['minutes']
    await ann.call('PATCH', `/api/v1/${kind}/${body.id}`, { tags })
  }
  const empty = await ann.project({ name: 'Photographs', description: 'Nothing yet' })
  const gone = await letter(projectId, 'Thrown away.pdf')
  await ann.call('DELETE', `/api/v1/documents/${gone}`)
  return [
    ['home', '/'],
    ['projects', '/projects'],
    ['project', `/projects/${projectId}`],
    ['project-grid', `/projects/${projectId}?layout=grid`],
    ['project-empty', `/projects/${empty}`],
    ['project-no-match', `/projects/${projectId}?q=zeppelin`],
    ['project-trash', `/projects/${projectId}?trashed=true`],
    ['project-members', `/projects/${projectId}/members`],
    ['project-settings', `/projects/${projectId}/settings`],
    ['item-document', `/documents/${ids['letter.png']}`],
    ['item-document-pages', `/documents/${ids['letter.png']}?tab=pages`],
    ['item-document-original', `/documents/${ids['bad-photo.jpg']}?tab=original`],
    ['item-document-versions', `/documents/${ids['text.pdf']}?tab=versions`],
    ['item-failed', `/documents/${ids['truncated.pdf']}`],
    ['item-recording', `/voice-samples/${ids['memo.wav']}`],
  ]
}

test.each(everyLook)('every page of projects and their items is at home in its window (%s)', async (look) => {
  prepared ??= prepare()
  const sights = await prepared
  await using tab = await browser.open(look)
  await enter(tab.page, ann, '/')
  expect(await seeAll(tab, ann, look, sights)).toEqual({})
})
