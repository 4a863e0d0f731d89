import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { routes } from '@pollcast/shared/routes'
import { expect, onTestFinished, test } from 'vitest'
import { operations } from '../src/http/openapi/operations/index.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { tempFolder } from '../testing/temp-folder.ts'

const openPage = async () => {
  const server = new ServerProcess({ DATABASE_URL: `sqlite:${join(tempFolder(), 'polls.sqlite')}` })
  const { url } = await server.address()
  const answer = await fetch(url + routes.docsPage)
  expect(answer.status).toBe(200)
  return { url, answer, html: await answer.text() }
}

const textOf = (html: string) =>
  html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')

test('every operation is on the page, and every link on it leads somewhere', async () => {
  const { url, html } = await openPage()
  for (const { method, path } of operations)
    expect(textOf(html)).toContain(`<code>${method.toUpperCase()} ${path}</code>`)
  expect(html).toContain('<code>POST event</code>')
  const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
  for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(id)
  for (const [, path = ''] of html.matchAll(/(?:href|src)="(\/[^"]*)"/g)) {
    expect((await fetch(url + path)).status, path).toBe(200)
  }
  expect(html).not.toMatch(/undefined|\[object/)
})

test('its examples ask the address that the page was opened at', async () => {
  const server = new ServerProcess({ DATABASE_URL: `sqlite:${join(tempFolder(), 'polls.sqlite')}` })
  const { url } = await server.address()
  for (const host of ['127.0.0.1', 'localhost', 'localhost', '127.0.0.1']) {
    const asked = url.replace('127.0.0.1', host)
    expect(await (await fetch(asked + routes.docsPage)).text()).toContain(`URL='${asked}'`)
  }
})

test('the page loads nothing from elsewhere and runs no script', async () => {
  const { answer, html } = await openPage()
  expect(html).not.toContain('<script')
  expect(html.match(/(?:href|src)="https?:/g)).toBeNull()
  expect(answer.headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'; style-src 'self'/)
})

test('the examples run as they are on the page', async () => {
  const { url, html } = await openPage()
  const examples = [...html.matchAll(/<code class="shell">([\s\S]*?)<\/code>/g)].map(([, code = '']) => textOf(code))
  expect(examples[0]).toContain(`URL='${url}'`)
  const output = await new Promise<string>((resolve) => {
    const child = execFile('sh', ['-c', examples.join('\necho; echo ----\n')], { cwd: tempFolder() }, (_, stdout) =>
      resolve(stdout),
    )
    onTestFinished(() => void child.kill())
  })
  const [made, voted = '', read = '', stream = '', closed = ''] = output.split('\n----\n')
  expect(made).toBe('')
  expect(JSON.parse(voted)).toMatchObject({ voters: 1, totalVotes: 1 })
  expect(read).toContain('"question":"Lunch?"')
  expect(read).toContain('Pizza,1,1')
  expect(stream).toMatch(/^event: snapshot\nid: .+\nretry: \d+\ndata: /)
  expect(JSON.parse(closed)).toMatchObject({ status: 'closed', voters: 1 })
})
