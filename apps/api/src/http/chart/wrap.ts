import { graphemesOf, widthOf } from './text-width.ts'

/** Where a line may break beside at a space: around a character of a script that is written without them. */
const IDEOGRAPH = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60]/u
/** What no line begins with. */
const CLOSING = /^[、。，．・：；？！」』）】〕》〉ー々\p{Pe}\p{Pf}]/u

/** A text in lines that are about so wide at most. A word that is wider is broken where it has to be. */
export function wrap(text: string, fontSize: number, maxWidth: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of piecesOf(text).flatMap((one) => cut(one, fontSize, maxWidth))) {
    if (line !== '' && widthOf((line + piece).trimEnd(), fontSize) > maxWidth) {
      lines.push(line.trimEnd())
      line = ''
    }
    line += piece
  }
  return [...lines, line.trimEnd()]
}

/** The parts between which a line may break, each with the space after it. */
function piecesOf(text: string): string[] {
  const pieces: string[] = []
  let mayBreak = true
  for (const grapheme of graphemesOf(text)) {
    const isIdeograph = IDEOGRAPH.test(grapheme)
    if ((mayBreak || isIdeograph) && !CLOSING.test(grapheme) && grapheme !== ' ') pieces.push(grapheme)
    else pieces.push((pieces.pop() ?? '') + grapheme)
    mayBreak = isIdeograph || grapheme === ' ' || (CLOSING.test(grapheme) && mayBreak)
  }
  return pieces
}

/** The piece, in as many as it takes. */
function cut(piece: string, fontSize: number, maxWidth: number): string[] {
  if (widthOf(piece.trimEnd(), fontSize) <= maxWidth) return [piece]
  const parts = ['']
  for (const grapheme of graphemesOf(piece)) {
    const part = parts.at(-1) ?? ''
    if (part !== '' && widthOf(part + grapheme, fontSize) > maxWidth) parts.push(grapheme)
    else parts[parts.length - 1] = part + grapheme
  }
  return parts
}
