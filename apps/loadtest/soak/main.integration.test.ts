import { expect, test } from 'vitest'
import { runCommand } from '../testing/run-command.ts'

test('a server keeps its promises in use and abuse, and has nothing left of the rooms', async () => {
  const { code, output, said } = await runCommand('soak/main.ts', ['--minutes', '0.05', '--rate', '150', '--seed', '7'])
  expect(output, said).toContain('Seed 7, Node ')
  expect(output).toMatch(/\nvotes checked +[1-9]/)
  expect(output).toMatch(/\nabuse: stuffed votes +[1-9]/)
  expect(output).toMatch(/\nmemory +[1-9]/)
  expect(output).toMatch(/\nevery promise was kept\n$/)
  expect(code).toBe(0)
}, 600_000)

test('a server that does not start is reported in one line', async () => {
  const { code, said } = await runCommand('soak/main.ts', ['--server', 'none.js'])
  expect(said).toMatch(/^There is no server at none\.js.*\n$/)
  expect(code).toBe(1)
}, 60_000)
