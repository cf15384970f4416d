import type { Route } from '@alta/kit/http/route'

/** What services have handed over, by app-id. */
export const recorded = new Map<string, readonly Route[]>()

/** Stands in for the kit's `serve`: notes the routes and starts nothing. */
export async function serve(options: { appId: string; routes?: readonly Route[] }): Promise<void> {
  recorded.set(options.appId, options.routes ?? [])
}
