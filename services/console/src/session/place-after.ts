/** Where somebody wanted to go before they had to sign in: within the console and nowhere else. */
export function placeAfter(search: URLSearchParams): string {
  const next = search.get('next') ?? '/'
  return /^\/(?![/\\])/.test(next) ? next : '/'
}
