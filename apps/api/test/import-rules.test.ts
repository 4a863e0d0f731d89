import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { beforeAll, expect, test } from 'vitest'
import rules, { parts } from '../../../.dependency-cruiser.mjs'
import { tempFolder } from '../testing/temp-folder.ts'

type Part = keyof typeof parts
const names = Object.keys(parts) as Part[]

/** A file of the part: the part itself, where that is a file. */
const fileOf = (part: Part, name = 'module') => {
  const { path } = parts[part]
  return path.endsWith('/') ? `${path}${name}.ts` : path
}

/** Cruises a tree that holds these files, each of which imports the files that it is given. */
async function violationsIn(files: Record<string, string[]>): Promise<string[]> {
  const root = tempFolder()
  for (const [path, imports] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    const lines = imports.map((target) => {
      const isFile = target.startsWith('apps/') || target.startsWith('shared/')
      return `import '${isFile ? `./${relative(dirname(path), target)}` : target}'`
    })
    writeFileSync(join(root, path), [...lines, 'export {}'].join('\n'))
  }
  const { tsConfig: _, ...options } = rules.options
  const { output } = await cruise(['apps', 'shared'], { ...options, baseDir: root, ruleSet: rules, validate: true })
  return (output as ICruiseResult).summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)
}

test.each(names)('%s may import what its row names, and every other import is refused', async (part) => {
  const files = Object.fromEntries(names.map((name): [string, string[]] => [fileOf(name), []]))
  const importer = fileOf(part, 'importer')
  const others = names.filter((name) => name !== part).map((name) => fileOf(name))
  const allowed = (parts[part].imports as readonly string[]).map((name) => fileOf(name as Part))

  const found = await violationsIn({ ...files, [importer]: others })

  const refused = others.filter((path) => !allowed.includes(path))
  expect(found.filter((line) => line.startsWith(`${part}-imports`)).sort()).toEqual(
    refused.map((path) => `${part}-imports: ${importer} -> ${path}`).sort(),
  )
})
