export interface Line {
  /** From 1, as editors count. */
  number: number
  /** Trimmed. */
  text: string
}

/** Lines may end as on any system. */
export const linesOf = (text: string): Line[] =>
  text.split(/\r\n|\r|\n/).map((line, index) => ({ number: index + 1, text: line.trim() }))

/** The lines that stand together, with none empty: what empty lines part. */
export function blocksOf(lines: readonly Line[]): [Line, ...Line[]][] {
  const blocks: [Line, ...Line[]][] = []
  let block: [Line, ...Line[]] | undefined
  for (const line of lines) {
    if (line.text === '') block = undefined
    else if (block) block.push(line)
    else {
      block = [line]
      blocks.push(block)
    }
  }
  return blocks
}
