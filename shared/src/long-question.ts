/** Narrow letters that a heading has room for on a phone, beside the choices. */
const LONG = 110

/** As wide as two of them. Emoji are two units of UTF-16 anyway. */
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu

/** Whether a question is written smaller, so that its choices are in sight too. The server's page and the app's have to agree. */
export const isLongQuestion = (question: string): boolean =>
  question.length + (question.match(WIDE)?.length ?? 0) > LONG
