import { blocksOf, type Line, linesOf } from './lines.ts'

export interface GiftBlock {
  /** Of its first line. */
  number: number
  /** One question, on lines of which none is empty or a comment. */
  text: string
}

/** The braces of a text that are not escaped: how many stay open, and whether an opening one comes first. */
function bracesOf(text: string) {
  const braces = (text.match(/\\.|[{}]/g) ?? []).filter((brace) => brace.length === 1)
  const open = braces.reduce((depth, brace) => depth + (brace === '{' ? 1 : -1), 0)
  return { open, opensFirst: braces[0] === '{' }
}

/**
 * The questions of a GIFT file: parted by empty lines, those within braces not counted, or by the end of the answers before.
 * Where answers lack their end, the next block that opens some of its own ends them: one question is lost, and no other.
 */
export function giftBlocksOf(text: string): GiftBlock[] {
  const questions: Line[][] = []
  let depth = 0
  for (const block of blocksOf(linesOf(text))) {
    for (const part of partsOf(block.filter((line) => !line.text.startsWith('//')))) {
      const { open, opensFirst } = bracesOf(part.map((line) => line.text).join('\n'))
      const last = questions.at(-1)
      if (depth > 0 && !opensFirst && last) {
        for (const line of part) last.push(line)
        depth += open
      } else {
        questions.push(part)
        depth = open
      }
    }
  }
  return questions.flatMap((lines) =>
    lines[0] ? [{ number: lines[0].number, text: lines.map((line) => line.text).join('\n') }] : [],
  )
}

/** A block's questions: each but the last ends on a line that ends with its answers, and another one opens below. */
function partsOf(block: readonly Line[]): Line[][] {
  const lastOpening = block.findLastIndex(({ text }) => bracesOf(text).opensFirst)
  const parts: Line[][] = []
  let part: Line[] = []
  let depth = 0
  block.forEach((line, index) => {
    part.push(line)
    depth += bracesOf(line.text).open
    if (index >= lastOpening || depth > 0 || !/(?<!\\)\}$/.test(line.text)) return
    parts.push(part)
    part = []
    depth = 0
  })
  if (part.length > 0) parts.push(part)
  return parts
}
