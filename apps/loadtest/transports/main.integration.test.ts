import { expect, test } from 'vitest'
import { runCommand } from '../testing/run-command.ts'

test('every vote reaches every stream over each transport, and each is measured', async () => {
  const { code, output, said } = await runCommand('transports/main.ts', ['--streams', '120', '--votes', '3'])
  expect(code, said).toBe(0)
  const [head, ...lines] = output.trim().split('\n')
  expect(head).toMatch(/^120 streams, 3 votes/)
  expect(lines.map((line) => line.slice(0, 28).trim())).toEqual([
    'HTTP/1.1 in the clear',
    'HTTP/1.1 over TLS',
    'HTTP/2, a connection each',
    'HTTP/2, 100 on a connection',
  ])
  for (const line of lines) {
    expect(line).toMatch(/CPU a delivery [\d.]+ µs, memory a stream -?[\d.]+ KB, all have it after \d+ ms \(p95 \d+\)$/)
  }
})
