/** Discourse puts its size behind its name: `![name|690x388](…)`. */
const PICTURE = /!\[([^\][|]*)[^\][]*\]\([^()\s]*\)/g
const LINK = /\[([^\][]*)\]\([^()\s]*\)/g
/** Not within words: "snake_case_name", "2*3*4". */
const EMPHASIS = /(?<![\p{L}\p{N}])(\*\*|__|[*_`])(?=\S)([^*_`]+)(?<=\S)\1(?![\p{L}\p{N}])/gu

export const hasPicture = (markdown: string): boolean => markdown.search(PICTURE) >= 0

/** What a line of Markdown says, without its pictures, links and emphasis. */
export const textOfMarkdown = (markdown: string): string =>
  markdown.replace(PICTURE, '$1').replace(LINK, '$1').replace(EMPHASIS, '$2')
