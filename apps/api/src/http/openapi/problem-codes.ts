import { type ProblemCode, problemStatus } from '@pollcast/shared/problem'

/* The problems that routes have in common, by what brings them about. A route adds those of its own. */

/** Any request: the server refuses it before a route is asked, or can't do its work. */
export const COMMON: readonly ProblemCode[] = [
  'malformed-request',
  'not-found',
  'method-not-allowed',
  'request-timeout',
  'uri-too-long',
  'too-many-requests',
  'expectation-failed',
  'invalid-query',
  'headers-too-large',
  'internal-error',
  'not-implemented',
  'server-busy',
  'shutting-down',
  'store-unavailable',
  'http-version-not-supported',
]

/** Every method but GET. */
export const WRITE: readonly ProblemCode[] = ['cross-site-form']
export const BODY: readonly ProblemCode[] = [
  'malformed-json',
  'body-too-large',
  'unsupported-media-type',
  'invalid-body',
]
export const POLL: readonly ProblemCode[] = ['poll-not-found', 'poll-deleted']
/** Too many wrong codes are refused. */
export const ROOM: readonly ProblemCode[] = ['room-not-found', 'room-deleted', 'too-many-requests']
/** What only the host may do. */
export const HOST: readonly ProblemCode[] = ['invalid-host-key', 'too-many-requests']
/** What only who runs the server may do: where there is an ADMIN_KEY. */
export const ADMIN: readonly ProblemCode[] = ['not-found', 'invalid-admin-key', 'too-many-requests']
/** What all may see, and the host more: a key that is sent has to be right. */
export const VIEWER: readonly ProblemCode[] = ['invalid-host-key']
/** A new room, as CREATE_POLLS and MAX_ROOMS allow. */
export const CREATE: readonly ProblemCode[] = [
  'create-key-required',
  'invalid-create-key',
  'creation-closed',
  'server-full',
]
export const IDEMPOTENT: readonly ProblemCode[] = ['invalid-idempotency-key', 'idempotency-key-reused']
export const VOTE: readonly ProblemCode[] = [
  ...POLL,
  ...IDEMPOTENT,
  'invalid-voter',
  'code-required',
  'invalid-code',
  'no-code-needed',
  'poll-closed',
  'vote-is-final',
  'burst-voided',
  'proof-of-work-required',
  'too-many-requests',
]

/** The codes by their status. Where a route has a code of a status, the common ones of that status are named with it. */
export function codesByStatus(codes: readonly ProblemCode[]): Map<number, ProblemCode[]> {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of new Set(codes)) {
    const status = problemStatus[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  for (const code of COMMON) {
    const named = byStatus.get(problemStatus[code])
    if (named && !named.includes(code)) named.push(code)
  }
  return byStatus
}
