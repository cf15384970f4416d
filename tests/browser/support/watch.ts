import type { Page } from 'playwright-core'

/** Writes down from now on what goes wrong in a page, in the order in which it does. */
export async function watch(page: Page): Promise<readonly string[]> {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`))
  page.on('console', (message) => {
    const text = message.text()
    // Told below, with its address, and without those that a test provokes.
    if (text.startsWith('Failed to load resource')) return
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${text}`)
  })
  page.on('response', (response) => {
    const request = response.request()
    // A page may say no: a wrong password is 422. A file of a page may not, and nothing may fail.
    const isPage = request.isNavigationRequest() && request.frame() === page.mainFrame()
    const status = response.status()
    if (status >= 500 || (status >= 400 && !isPage)) complaints.push(`${status}: ${response.url()}`)
  })
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? 'failed'
    if (why !== 'net::ERR_ABORTED') complaints.push(`${why}: ${request.url()}`)
  })
  // The console has most violations; the event has them all.
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`policy of the page: ${violatedDirective} blocked ${blockedURI}`)
    })
  })
  return complaints
}
