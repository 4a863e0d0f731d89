import { voterHeaders } from './voter-token.ts'

/** What a request shows beside the voter's cookie. */
export interface Access {
  /** The key of the room's host. It goes into a header only: addresses get into histories and logs. */
  hostKey?: string | undefined
  /** The voter's one-time code. */
  code?: string | undefined
  /** Whether to ask as nobody, without the voter's cookie: for what everybody sees. */
  isAnonymous?: boolean
}

/** Whether the browser sends its cookies. */
export const credentialsOf = ({ isAnonymous }: Access): RequestCredentials => (isAnonymous ? 'omit' : 'include')

export function accessHeaders({ hostKey, code }: Access): Record<string, string> {
  return {
    ...(hostKey && { Authorization: `Bearer ${hostKey}` }),
    ...(code && { 'Pollcast-Code': code }),
  }
}

/** What a stream, and a request in place of one, is asked for with. */
export const accessInit = (access: Access, headers: Record<string, string>): RequestInit => ({
  headers: { ...headers, ...(access.isAnonymous ? {} : voterHeaders()), ...accessHeaders(access) },
  credentials: credentialsOf(access),
  cache: 'no-store',
})
