import { attempt } from '../browser/attempt.ts'
import { storageOf } from '../browser/storage.ts'

/*
 * In a frame on another site a browser may keep no cookie. Then the page tells its voter by a token, which it keeps in the
 * storage that this site has in frames of that one.
 */

const storage = storageOf<string>('voter-token')
let served: string | undefined
let token: string | undefined

/**
 * Takes the token of a page in a frame.
 *
 * @param fromPage undefined where the voter was told by a cookie
 * @returns whether a vote would be known again after a reload: if not, it could be cast again and again
 */
export function takeVoterToken(fromPage: string | undefined): boolean {
  served = fromPage
  if (fromPage === undefined) return true
  token = storage.read() ?? fromPage
  return storage.write(token) || keepsCookies()
}

/** Whether the browser keeps cookies of the kind that the page came with over https: its own can't be read by scripts. */
function keepsCookies(): boolean {
  if (location.protocol !== 'https:') return false
  const attributes = 'Path=/; Secure; SameSite=None; Partitioned'
  return (
    attempt(() => {
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in all browsers
      document.cookie = `pollcast-probe=1; ${attributes}`
      const isKept = document.cookie.includes('pollcast-probe=')
      // biome-ignore lint/suspicious/noDocumentCookie: as above
      document.cookie = `pollcast-probe=; Max-Age=0; ${attributes}`
      return isKept
    }) ?? false
  )
}

/** After the server has refused it, as one of another time: with the one of this page. */
export function renewVoterToken(): void {
  if (token === undefined) return
  token = served
  storage.write(token)
}

export const voterHeaders = (): Record<string, string> => (token ? { 'Pollcast-Voter': token } : {})
