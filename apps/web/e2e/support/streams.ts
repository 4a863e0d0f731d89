import type { BrowserContext, Page, Request } from 'playwright-core'

/** Tells which of a browser's pages have a stream open, the newest last. For a moment there may be two. */
export function watchStreams(voter: BrowserContext): () => Page[] {
  const open = new Map<Request, Page>()
  voter.on('request', (request) => {
    if (/\/streams?$/.test(new URL(request.url()).pathname)) open.set(request, request.frame().page())
  })
  voter.on('requestfinished', (request) => open.delete(request))
  voter.on('requestfailed', (request) => open.delete(request))
  return () => [...open.values()].filter((page) => !page.isClosed())
}
