import { enteredCode, pageLinkIn } from '@pollcast/shared/room-code'
import { routes } from '@pollcast/shared/routes'

/** What was entered into the join box: the code of a room, the path of a page of ours, or why it is neither. */
export type JoinTarget = { code: string } | { path: string } | { refusal: 'empty' | 'no-code' | 'length' }

const MIN_DIGITS = 6
const MAX_DIGITS = 9

/** Reads what people type, say or paste for a code: with blanks or dashes, digits of other scripts, or a whole link. */
export function joinTargetOf(entered: string): JoinTarget {
  const text = entered.normalize('NFKC').trim()
  const link = pageLinkIn(text)
  if (link) return { path: link.path + fragmentOf(text) }
  const digits = enteredCode(text)
  if (digits === '') return { refusal: 'empty' }
  if (!/^\d+$/.test(digits)) return { refusal: 'no-code' }
  if (digits.length < MIN_DIGITS || digits.length > MAX_DIGITS) return { refusal: 'length' }
  return { code: digits }
}

/** A one-time code, or the key of a host. */
const fragmentOf = (link: string) => /#[\w-]+/.exec(link)?.[0] ?? ''

export const pathOf = (target: { code: string } | { path: string }): string =>
  'path' in target ? target.path : routes.roomPage(target.code)
