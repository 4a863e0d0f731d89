/** A room's code as it is read aloud: "472 915". */
export const spacedCode = (code: string): string => code.replace(/(\d{3})(?=\d{3})/g, '$1 ')

/** Blanks of any sort, dashes, dots and what else stands around or between the digits of a code that was written down. */
const SEPARATORS = /[\s\p{P}\p{S}\p{DI}]/gu

/**
 * What people typed, said or pasted for a code, without blanks and punctuation, and with digits of any script as ASCII ones. It
 * is a code only if it looks like one (`roomCodeSchema`).
 */
export const enteredCode = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(SEPARATORS, '')
    .replace(/\p{Nd}/gu, asciiDigit)

/** Digits of a script are ten in a row, from zero; the blocks of Arabic ones begin at a multiple of 16. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  if (code >= 0x660 && code <= 0x6f9) return String(code & 0xf)
  return code >= 0x966 && code <= 0x96f ? String(code - 0x966) : digit
}

/** Rooms and polls by their links, whatever server's address they begin with: a hall may know it by several. */
const LINK = /\/(?:r\/(\d{6,9})(?:\/(?:host|screen))?|polls\/[2-9a-hjkmnp-z]{8})(?=[/?#.]|$)/

interface PageLink {
  /** Where the server is, if the link says it: what stands before the path. */
  server: string
  path: string
  /** Of a room; undefined where the link is a poll's. */
  code: string | undefined
}

/** The link of a room or a poll in a text, if there is one. */
export function pageLinkIn(text: string): PageLink | undefined {
  const found = LINK.exec(text)
  return found ? { server: text.slice(0, found.index), path: found[0], code: found[1] } : undefined
}
