const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** What is wrong with the characters of a setting, whichever it is; undefined where nothing is. */
export function textProblem(text: string): string | undefined {
  if (/^[^\r]*\r$/.test(text)) {
    return 'ends in a carriage return: the file that it comes from has Windows line ends. Save it with those of Unix'
  }
  const [invisible] = INVISIBLE.exec(text) ?? []
  if (invisible !== undefined) {
    const code = invisible.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')
    return `has an invisible character (U+${code}) in it`
  }
  if (/^\s/.test(text)) return 'begins with a blank'
  if (/\s$/.test(text)) return 'ends with a blank'
  if (/^(["']).*\1$/.test(text)) return 'is in quotes, which are taken as a part of it: leave them out'
  return undefined
}
