import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../testing/built-server.ts'

const manifest = (path: string) => JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8'))

test('the package that npm pack makes depends on what the API does, and on nothing else', () => {
  const [root, api] = [manifest('.'), manifest('apps/api')]
  expect(root.dependencies).toEqual(api.dependencies)
  expect(root.bundleDependencies).toEqual(['@pollcast/shared'])
})

test('all parts have one version', () => {
  const versions = ['.', 'apps/api', 'apps/web', 'apps/loadtest', 'shared'].map((path) => manifest(path).version)
  expect(new Set(versions).size).toBe(1)
})
