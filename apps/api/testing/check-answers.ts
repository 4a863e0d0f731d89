import { afterEach, expect } from 'vitest'
import { misfitOf } from './openapi.ts'

/*
 * A setup file of the unit tests: each answer of the API that a test fetches has to be as the document says, or the
 * test fails.
 */

/** Other paths are pages. */
const DESCRIBED = /^\/(api\/|(health|ready)z$)/

/** Files share their globals: fetch is wrapped once, and what is found goes to whichever test runs. */
const shared = globalThis as typeof globalThis & { misfits?: string[] }

if (!shared.misfits) {
  shared.misfits = []
  const { misfits } = shared
  const plainFetch = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const response = await plainFetch(input, init)
    const { hostname, pathname } = new URL(response.url)
    if (hostname !== '127.0.0.1' || !DESCRIBED.test(pathname)) return response
    const asked = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase()
    const method = response.redirected ? 'GET' : asked
    // Preflights are answered before any route is.
    if (method === 'OPTIONS') return response
    const misfit = await misfitOf(method, pathname, response)
    if (misfit !== undefined) misfits.push(`${method} ${pathname} ${misfit}`)
    return response
  }
}

afterEach(() => {
  const found = shared.misfits?.splice(0)
  expect(found, 'Answers have to be as http/openapi says.').toEqual([])
})
