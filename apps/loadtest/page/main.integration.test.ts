import { expect, test } from 'vitest'
import { runCommand } from '../testing/run-command.ts'

test('a page and a vote are measured, beside their goals', async () => {
  const { code, output, said } = await runCommand('page/main.ts', ['--loads', '1', '--votes', '2', '--language', 'de'])
  expect(code, said).toBe(0)
  expect(output).toMatch(/^question painted +\d+ ms /m)
  expect(output).toMatch(/^largest contentful paint +\d+ ms .* goal 1200 ms: /m)
  expect(output).toMatch(/^layout shift +0\.0\d\d .* goal 0\.010: reached$/m)
  expect(output).toMatch(/^vote to pixel +\d+\.\d ms .* goal 25\.0 ms: /m)
})

test('a number that makes no sense is refused', async () => {
  const { code, said } = await runCommand('page/main.ts', ['--loads', '0'])
  expect(code).toBe(2)
  expect(said).toContain('--loads is a whole number from 1 to 1000, not "0".')
})
