import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Runs the command. */
async function attack(...args: string[]): Promise<{ code: number; output: string; said: string }> {
  const command = ['--import', import.meta.resolve('tsx'), '--conditions=source', file('./main.ts'), ...args]
  const child = spawn(process.execPath, command)
  // At SIGTERM it stops its servers.
  onTestFinished(() => void child.kill('SIGTERM'))
  let output = ''
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  const [code] = await once(child, 'close')
  return { code, output, said }
}

// Waits of others depend on the machine: only what does not is checked.
test('a server that withstands an attack keeps all promises', async () => {
  const { code, output, said } = await attack('query', '--seed', '7', '--server', file('./fake-servers/safe.ts'))
  expect(output, said).toContain('Seed 7, Node ')
  expect(output).toMatch(/queries beyond 1 KB or 20 pairs .* 0 +none +kept\n/)
  expect(output).toMatch(/requests of others fail +0 +none +kept\n/)
  expect(output).toMatch(/CPU of one request .* kept\n/)
  const isKept = !output.includes('BROKEN')
  expect(code).toBe(isKept ? 0 : 1)
  expect(output).toMatch(isKept ? /\nevery promise was kept: \d+\n$/ : /\nBROKEN: /)
})

test('a server that does not is reported, with what it broke', async () => {
  const { code, output } = await attack('query', '--seed', '7', '--server', file('./fake-servers/vulnerable.ts'))
  expect(code).toBe(1)
  expect(output).toMatch(/queries beyond 1 KB or 20 pairs .* [1-9]\d* +none +BROKEN\n/)
  expect(output).toMatch(/\n {2}queries beyond .*: GET \/\?.*: 200\n/)
  expect(output).toMatch(/CPU of one request \(GET \/\?.* ≤ 20 ms +BROKEN\n/)
  expect(output).toMatch(/\nBROKEN: \d+ of \d+ promises\n$/)
})

test('a server that does not start is reported in one line', async () => {
  const { code, output } = await attack('streams', '--server', file('./fake-servers/none.ts'))
  expect(code).toBe(1)
  expect(output).toMatch(/attacks that could not be carried out: There is no server at .*none\.ts/)
})

test('a wrong command line is reported in one line, with its own exit code', async () => {
  const { code, output, said } = await attack('ddos')
  expect({ code, output }).toEqual({ code: 2, output: '' })
  expect(said).toMatch(/^"ddos" is not one of the attacks\..*\n$/)
})
