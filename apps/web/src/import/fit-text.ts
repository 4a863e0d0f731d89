import { foldSpace, hasInk, withoutForbidden } from '@pollcast/shared/text'

interface FittedText {
  /** As the API takes it; empty where nothing can be seen. */
  text: string
  shortened: boolean
  /** Whether characters were removed that no text may have. */
  cleaned: boolean
}

/** How far back a text is cut to end with a whole word. */
const WORD_LENGTH = 30

/** What is behind is not looked at: no text that is taken has room for it. */
const MAX_SOURCE_LENGTH = 4000

/** @param maxLength in UTF-16 code units */
export function fitText(source: string, maxLength: number): FittedText {
  const folded = foldSpace(source.slice(0, MAX_SOURCE_LENGTH))
  const clean = withoutForbidden(folded)
  const text = foldSpace(clean)
  const cleaned = clean !== folded
  if (!hasInk(text)) return { text: '', shortened: false, cleaned }
  if (text.length <= maxLength) return { text, shortened: false, cleaned }
  const start = text.slice(0, maxLength - 1)
  const space = start.lastIndexOf(' ')
  const whole = space > start.length - WORD_LENGTH ? start.slice(0, space) : start
  // The cut may have halved a character.
  return { text: `${foldSpace(withoutForbidden(whole))}…`, shortened: true, cleaned }
}
