/** Letters that are written from right to left: Hebrew, Arabic and their neighbours. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** Whether the first letter of the texts is written from right to left, as `dir="auto"` decides it (HTML, 3.2.6.4). */
export function isRightToLeft(texts: readonly string[]): boolean {
  const [letter] = /\p{L}/u.exec(texts.join(' ')) ?? []
  return letter !== undefined && RIGHT_TO_LEFT.test(letter)
}

/** The direction of a poll: its question's and choices', whatever the language of the page; without letters, the page's. */
export function directionOfPoll(texts: readonly string[], page: string): 'ltr' | 'rtl' {
  if (!/\p{L}/u.test(texts.join(' '))) return page === 'rtl' ? 'rtl' : 'ltr'
  return isRightToLeft(texts) ? 'rtl' : 'ltr'
}

/** A list, as some browsers can't tell (Intl.Locale). */
const RIGHT_TO_LEFT_LANGUAGES = ['ar', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi']

/** The direction of a page in this language, for `<html dir>`. */
export const directionOf = (language: string): 'ltr' | 'rtl' =>
  RIGHT_TO_LEFT_LANGUAGES.includes(language.split('-', 1)[0] ?? '') ? 'rtl' : 'ltr'
