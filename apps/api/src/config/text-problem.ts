/** As Linux has it for paths: nothing that is meant is longer, and what is wrong with it can be shown. */
const MAX_LENGTH = 4096

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** Says what is wrong with the characters of any setting; undefined if they are valid. */
export function textProblem(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return `has ${text.length} characters, and may have ${MAX_LENGTH}`
  if (/^[^\r]*\r$/.test(text)) {
    return 'ends with a carriage return: its file has Windows line endings. Save it with Unix line endings'
  }
  const [invisible] = INVISIBLE.exec(text) ?? []
  if (invisible !== undefined) {
    const code = invisible.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')
    return `has an invisible character (U+${code}) in it`
  }
  if (/^\s/.test(text)) return 'begins with a space'
  if (/\s$/.test(text)) return 'ends with a space'
  if (/^(["']).*\1$/.test(text)) return 'is in quotes, which become part of it: leave them out'
  return undefined
}
