import { routes } from '@pollcast/shared/routes'

/** What was entered into the join box: the code of a room, the path of a page of ours, or why it is neither. */
export type JoinTarget = { code: string } | { path: string } | { refusal: 'empty' | 'no-code' | 'length' }

const MIN_DIGITS = 6
const MAX_DIGITS = 9

/** Rooms and polls by their links, whatever server's address they begin with: a hall may know it by several. */
const LINK = /\/(?:r\/(\d{6,9})(?:\/(?:host|screen))?|polls\/[2-9a-hjkmnp-z]{8})(?=[/?#.]|$)/

/** Blanks of any sort, dashes, dots and what else stands around or between the digits of a code that was written down. */
const SEPARATORS = /[\s\p{P}\p{DI}]/gu

/** Reads what people type, say or paste for a code: with blanks or dashes, digits of other scripts, or a whole link. */
export function joinTargetOf(entered: string): JoinTarget {
  const text = entered.normalize('NFKC').trim()
  const [path] = LINK.exec(text) ?? []
  if (path !== undefined) return { path: path + fragmentOf(text) }
  const digits = text.replace(SEPARATORS, '').replace(/\p{Nd}/gu, asciiDigit)
  if (digits === '') return { refusal: 'empty' }
  if (!/^\d+$/.test(digits)) return { refusal: 'no-code' }
  if (digits.length < MIN_DIGITS || digits.length > MAX_DIGITS) return { refusal: 'length' }
  return { code: digits }
}

/** A one-time code, or the key of a host. */
const fragmentOf = (link: string) => /#[\w-]+/.exec(link)?.[0] ?? ''

/** Digits of a script are ten in a row, from zero; the blocks of Arabic ones begin at a multiple of 16. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  if (code >= 0x660 && code <= 0x6f9) return String(code & 0xf)
  return code >= 0x966 && code <= 0x96f ? String(code - 0x966) : digit
}

export const pathOf = (target: { code: string } | { path: string }): string =>
  'path' in target ? target.path : routes.roomPage(target.code)
