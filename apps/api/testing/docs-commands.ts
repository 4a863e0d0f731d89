import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './built-server.ts'

/** What the first line of a block begins with that no test runs. The reason comes after it. */
const NOT_RUN = '# Not run by a test: '

/** A block of commands of the docs. */
interface Block {
  /** Where it begins, as `docs/deploy.md:20`. */
  place: string
  /** What stands after the language: nothing, or `packages` where `npm run test:packages` runs it. */
  mark: string
  /** A line each, as a shell takes it. None if the block says why it is not run. */
  commands: string[]
}

/** All pages of the docs that people read, from the repository's root. */
export const docs = ['README.md', 'CHANGELOG.md', 'examples/README.md', ...markdownIn('docs')]

function markdownIn(folder: string): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.md') && !name.startsWith('.')).map((name) => join(folder, name))
}

/** All blocks of code, with their languages. */
export function fencesOf(path: string) {
  const text = readFileSync(join(ROOT, path), 'utf8')
  return [...text.matchAll(/^( *)```(.*)\n([\s\S]*?)^\1```$/gm)].map(({ index, 2: info = '', 3: content = '' }) => {
    const [language = '', ...marks] = info.split(' ')
    return { place: `${path}:${text.slice(0, index).split('\n').length}`, language, mark: marks.join(' '), content }
  })
}

/** The blocks of commands. */
export function blocksOf(path: string): Block[] {
  return fencesOf(path)
    .filter(({ language }) => language === 'sh')
    .map(({ place, mark, content }) => {
      const lines = content.replaceAll('\\\n', '').split('\n')
      const commands = content.startsWith(NOT_RUN) ? [] : lines.filter((line) => line !== '' && !line.startsWith('#'))
      return { place, mark, commands }
    })
}
