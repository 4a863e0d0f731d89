import { invalidInput } from '../middleware/problem.ts'

/**
 * Reads `a=1&b=2`, percent-encoded UTF-8 with "+" for a space (WHATWG URL, section 5.1). Refuses what can't be decoded, for
 * which URLSearchParams would put "\uFFFD".
 *
 * @param maxPairs more are refused before any is decoded
 * @returns the values of each name, in their order
 */
export function parsePairs(
  text: string,
  maxPairs: number,
  code: 'invalid-body' | 'invalid-query',
): Map<string, string[]> {
  const pairs = text.split('&', maxPairs + 1)
  if (pairs.length > maxPairs) {
    throw invalidInput(code, [{ path: '', message: `There are more than ${maxPairs} fields.` }])
  }
  const values = new Map<string, string[]>()
  for (const pair of pairs) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals === -1 ? pair : pair.slice(0, equals), '', code)
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1), name, code)
    const before = values.get(name)
    if (before) before.push(value)
    else values.set(name, [value])
  }
  return values
}

function decode(text: string, path: string, code: 'invalid-body' | 'invalid-query'): string {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '))
    if (!decoded.includes('\0')) return decoded
  } catch {
    // Not percent-encoded, or not UTF-8.
  }
  throw invalidInput(code, [{ path, message: 'Not percent-encoded UTF-8 text.' }])
}
