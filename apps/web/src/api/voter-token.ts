import { shallowReadonly, shallowRef } from 'vue'
import { attempt } from '../browser/attempt.ts'
import { storageOf } from '../browser/storage.ts'

/*
 * A browser may keep no cookie, or not send it: where people block them, in a frame on another site, behind a proxy that
 * takes them out. Then the server tells the voter by a token, in the page of a frame or with the answer to the first vote,
 * and the page keeps it in the storage of its site; where that is refused too, as long as it is open.
 */

const storage = storageOf<string>('voter-token')
const token = shallowRef(storage.read())
let served: string | undefined
/** Whether the browser's other pages know it too. */
let isShared = true

/** Undefined as long as a cookie is all that is needed, as far as anyone knows. */
export const voterToken = shallowReadonly(token)

// Another page of this browser was told one.
if (typeof addEventListener === 'function') {
  addEventListener('storage', ({ key }) => {
    if (key === storage.key) token.value = storage.read()
  })
}

function keep(next: string | undefined): boolean {
  isShared = storage.write(next)
  token.value = next
  return isShared
}

/** Whether this page is a voter of its own, that none of the browser's other pages is. */
export const isOwnVoter = (): boolean => token.value !== undefined && !isShared

/**
 * Takes the token of a page in a frame.
 *
 * @param fromPage undefined where the voter was told by a cookie
 * @returns whether a vote would be known again after a reload: if not, it could be cast again and again
 */
export function takeVoterToken(fromPage: string | undefined): boolean {
  served = fromPage
  if (fromPage === undefined) return true
  return keep(storage.read() ?? fromPage) || keepsCookies()
}

/** Takes what the answer to a vote tells: the cookie did not come back. */
export function noteVoterToken(told: string | null): void {
  if (told) keep(told)
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

/** After the server has refused it, as one of another time: with the one of this page, if it came with one. */
export function renewVoterToken(): void {
  if (token.value !== undefined) keep(served)
}

export const voterHeaders = (): Record<string, string> => (token.value ? { 'Pollcast-Voter': token.value } : {})
