import { permissions } from '@alta/kit/auth/permissions'
import { notFound, Problem } from '@alta/kit/errors'
import type { RawHandler } from '@alta/kit/http/route'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import { errorPage } from '../pages/error-page.ts'
import { type FormTokens, readForm } from '../pages/form.ts'
import { languageOf } from '../pages/language.ts'
import { type Page, showPage } from '../pages/page.ts'
import type { SignInSteps } from '../pages/sign-in-steps.ts'
import { sentenceFor } from '../pages/words.ts'
import { personalScopes } from './client-metadata.ts'
import { consentPage } from './consent-page.ts'
import { signInPage } from './sign-in-page.ts'

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>
type Client = NonNullable<Awaited<ReturnType<Provider['Client']['find']>>>

/** What a page of an authorization request is made from. */
export interface Asked {
  interaction: Interaction
  client: Client
  language: ReturnType<typeof languageOf>
  forms: FormTokens
  /** Names of scopes. */
  scopes: string[]
  /** Where the answer goes. */
  redirectUri: string
}

/**
 * The pages between an authorization request and its answer: signing in, and allowing the client what it asks for.
 * Whose request it is, the library's cookie tells: another browser cannot go on with it.
 */
export function interactionPages(options: {
  provider: () => Promise<Provider>
  steps: SignInSteps
  forms: FormTokens
  emailOf: (userId: string) => Promise<string | undefined>
}): { show: RawHandler; take: RawHandler } {
  const { steps, forms, emailOf } = options

  async function asked(provider: Provider, ...[request, response]: Parameters<RawHandler>): Promise<Asked> {
    const interaction = await provider.interactionDetails(request, response)
    if (interaction.uid !== request.params.uid) throw new errors.SessionNotFound('another request')
    const { client_id, ui_locales, scope, redirect_uri } = interaction.params
    const client = await provider.Client.find(String(client_id))
    if (!client) throw new errors.InvalidClient('client not found')
    const named = new Set(String(scope ?? '').split(' '))
    return {
      interaction,
      client,
      forms,
      language: languageOf(typeof ui_locales === 'string' ? ui_locales : request.headers['accept-language']),
      scopes: [...personalScopes, ...permissions].filter((name) => named.has(name)),
      redirectUri: String(redirect_uri),
    }
  }

  async function pageFor(
    about: Asked,
    refusal?: Problem,
    typed: { email?: string; challenge?: string } = {},
  ): Promise<Page> {
    const { interaction, language } = about
    const fault = refusal && sentenceFor(language, refusal.code)
    const status = refusal === undefined ? 200 : refusal.status === 401 ? 422 : refusal.status
    const headers = refusal?.headers['retry-after']
    const page =
      interaction.prompt.name === 'consent'
        ? consentPage(about, (await emailOf(interaction.session?.accountId ?? '')) ?? '')
        : signInPage(about, { fault, ...typed })
    return { ...page, status, ...(headers === undefined ? {} : { headers: { 'retry-after': headers } }) }
  }

  /** Errors of the library, as a page. */
  const orErrorPage =
    (
      work: (provider: Provider, ...exchange: Parameters<RawHandler>) => Promise<Problem | undefined>,
    ): RawHandler =>
    async (request, response) => {
      try {
        return await work(await options.provider(), request, response)
      } catch (error) {
        if (!(error instanceof errors.OIDCProviderError)) throw error
        const code = error instanceof errors.SessionNotFound ? 'session_expired' : error.error
        const page = errorPage(languageOf(request.headers['accept-language']), code, error.error_description)
        showPage(response, { ...page, status: error.statusCode })
        return undefined
      }
    }

  async function signIn(
    provider: Provider,
    about: Asked,
    form: ReadonlyMap<string, string>,
    ...[request, response]: Parameters<RawHandler>
  ): Promise<Problem | undefined> {
    try {
      const step = await steps(form)
      if ('challenge' in step) {
        showPage(response, await pageFor(about, undefined, step))
        return undefined
      }
      const { user, sessionId } = step.signedIn
      await forgetOther(provider, about.interaction, user.id)
      const login = { accountId: user.id, sessionId, remember: true, amr: step.amr }
      await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false })
      return undefined
    } catch (error) {
      if (!(error instanceof Problem) || response.headersSent) throw error
      const challenge = error.code === 'invalid_challenge' ? undefined : form.get('challenge')
      const typed = challenge === undefined ? { email: form.get('email') ?? '' } : { challenge }
      showPage(response, await pageFor(about, error, typed))
      return error
    }
  }

  return {
    show: orErrorPage(async (provider, request, response) => {
      showPage(response, await pageFor(await asked(provider, request, response)))
      return undefined
    }),

    take: orErrorPage(async (provider, request, response) => {
      const about = await asked(provider, request, response)
      const { interaction, client } = about
      const { name } = interaction.prompt
      const form = await readForm(request)
      forms.insist(form, `${interaction.uid} ${name}`)
      if (form.get('action') === 'cancel') {
        const result = { error: 'access_denied', error_description: 'the user did not allow it' }
        await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
        return undefined
      }
      if (name === 'login') return signIn(provider, about, form, request, response)
      if (name !== 'consent') throw notFound('route_not_found', 'There is no such page.')
      const grantId = await allowed(provider, interaction, client.clientId)
      await provider.interactionFinished(request, response, { consent: { grantId } })
      return undefined
    }),
  }
}

/** A browser in which somebody else was signed in: what it held of them ends, or the library would stop here. */
async function forgetOther(provider: Provider, interaction: Interaction, userId: string): Promise<void> {
  const { session } = interaction
  if (!session || session.accountId === userId) return
  const before = await provider.Session.find(session.cookie ?? '')
  await before?.destroy()
  delete interaction.session
  await interaction.persist()
}

/** Writes down what the user has allowed. @returns the id of the consent */
async function allowed(provider: Provider, interaction: Interaction, clientId: string): Promise<string> {
  const { grantId, session, prompt } = interaction
  if (!session) throw new errors.SessionNotFound('nobody is signed in')
  const before = grantId === undefined ? undefined : await provider.Grant.find(grantId)
  const grant = before ?? new provider.Grant({ accountId: session.accountId, clientId })
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = prompt.details as {
    missingOIDCScope?: string[]
    missingOIDCClaims?: string[]
    missingResourceScopes?: Record<string, string[]>
  }
  if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope)
  if (missingOIDCClaims) grant.addOIDCClaims(missingOIDCClaims)
  for (const [resource, names] of Object.entries(missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, names)
  }
  return grant.save()
}
