import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser'
import { expect, test } from 'vitest'
import { ROOT } from '../testing/built-server.ts'
import { tempFolder } from '../testing/temp-folder.ts'

interface Rules {
  default: Required<Pick<IConfiguration, 'forbidden' | 'options'>>
  parts: Record<string, { path: string; imports: string[] }>
}

const { default: rules, parts }: Rules = await import(join(ROOT, '.dependency-cruiser.mjs'))
const names = Object.keys(parts)

/** A file of the part: the part itself, where that is a file. */
const fileOf = (part: string, name = 'module') => {
  const path = parts[part]?.path ?? ''
  return path.endsWith('/') ? `${path}${name}.ts` : path
}

/** What the rules refuse in a tree of these files, each of which imports the files that it is given. */
function violationsIn(files: Record<string, string[]>): Promise<string[]> {
  const texts = Object.entries(files).map(([path, imports]) => {
    const lines = imports.map((target) => `import './${relative(dirname(path), target)}'`)
    return [path, [...lines, 'export {}'].join('\n')]
  })
  return violationsOf(Object.fromEntries(texts))
}

/** @param texts by path */
async function violationsOf(texts: Record<string, string>): Promise<string[]> {
  const root = tempFolder()
  for (const [path, text] of Object.entries({ 'apps/none.ts': '', 'shared/none.ts': '', ...texts })) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const { tsConfig: _, ...options } = rules.options
  const ruleSet = { forbidden: rules.forbidden }
  const { output } = await cruise(['apps', 'shared'], { ...options, baseDir: root, ruleSet, validate: true })
  return (output as ICruiseResult).summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)
}

test.each(names)('%s may import what its row names, and every other import is refused', async (part) => {
  const files = Object.fromEntries(names.map((name): [string, string[]] => [fileOf(name), []]))
  const importer = fileOf(part, 'importer')
  const others = names.filter((name) => name !== part).map((name) => fileOf(name))
  const allowed = parts[part]?.imports.map((name) => fileOf(name)) ?? []

  const found = await violationsIn({ ...files, [importer]: others })

  const refused = others.filter((path) => !allowed.includes(path))
  expect(found.filter((line) => line.startsWith(`${part}-imports`)).sort()).toEqual(
    refused.map((path) => `${part}-imports: ${importer} -> ${path}`).sort(),
  )
})

test.each([
  ['vote-imports-no-streams', 'apps/api/src/http/routes/votes.ts', 'apps/api/src/live/broker.ts'],
  ['vote-imports-no-streams', 'apps/api/src/store/writer.ts', 'apps/api/src/cluster/pubsub.ts'],
  ['vote-imports-no-streams', 'apps/api/src/polls/commands/cast-vote.ts', 'apps/api/src/reactions/publish.ts'],
  ['live-knows-no-polls', 'apps/api/src/live/broker.ts', 'shared/src/poll.ts'],
  ['live-knows-no-polls', 'apps/api/src/live/broker.ts', 'shared/src/kinds/choice.ts'],
])('%s: %s may not import %s', async (rule, from, to) => {
  expect(await violationsIn({ [from]: [to], [to]: [] })).toContain(`${rule}: ${from} -> ${to}`)
})

test('two files that import each other are refused', async () => {
  const [a, b] = ['apps/api/src/polls/a.ts', 'apps/api/src/polls/b.ts']
  expect(await violationsIn({ [a]: [b], [b]: [a] })).toContain(`no-cycles: ${a} -> ${b}`)
})

test.each([
  ['koa-package', 'apps/api/src/polls/poll.ts', 'koa'],
  ['typeorm-package', 'apps/api/src/http/route.ts', 'typeorm'],
  ['pg-package', 'apps/api/src/live/topic.ts', 'pg'],
  ['ioredis-package', 'apps/api/src/store/reader.ts', 'ioredis'],
  ['prom-client-package', 'apps/api/src/http/route.ts', 'prom-client'],
  ['vue-package', 'shared/src/poll.ts', 'vue'],
  ['web-runs-in-a-browser', 'apps/web/src/main.ts', 'node:fs'],
])('%s: %s may not import the package %s', async (rule, from, name) => {
  const files = { [from]: `import '${name}'`, [`node_modules/${name}/index.js`]: 'export {}' }
  expect(await violationsOf(files)).toContainEqual(expect.stringContaining(`${rule}: ${from} -> `))
})
