/**
 * What a page has to name for its form to lead there: browsers hold redirects that follow a form to the page's policy.
 * The library has compared the URI with those that are registered.
 */
export function formTargets(redirectUri: string): string[] {
  if (!URL.canParse(redirectUri)) return []
  const { protocol, origin } = new URL(redirectUri)
  return [protocol === 'https:' || protocol === 'http:' ? origin : protocol]
}

/** The same for people. */
export function placeOf(redirectUri: string): string {
  if (!URL.canParse(redirectUri)) return redirectUri
  const { protocol, host } = new URL(redirectUri)
  return protocol === 'https:' || protocol === 'http:' ? host : protocol
}
