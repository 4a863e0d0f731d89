import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { buildImage, type Image } from '../../testing/image/build-image.ts'
import { Container } from '../../testing/image/container.ts'
import { tempFolder } from '../../testing/temp-folder.ts'

describe('the image, as the Dockerfile makes it', () => {
  let image: Image

  beforeAll(async () => {
    image = await buildImage(tempFolder(afterAll))
  })

  const open = async () => {
    const container = await Container.open(image, tempFolder())
    onTestFinished(() => container.end())
    await container.until(/Pollcast is at http:\/\/localhost:3000/)
    return container
  }

  test('it serves without a network, on a root that is read alone, as a user without rights', async () => {
    const container = await open()
    await container.until(/database: SQLite, \/data\/pollcast\.sqlite/)
    expect(await container.exec(['sh', '-c', 'id -un; touch /app/x /x 2>&1 || true'])).toMatch(
      /^node\ntouch: .+ '\/app\/x': Read-only file system\ntouch: .+ '\/x': Read-only file system\n$/,
    )
    expect(await container.exec(['grep', '-E', '^Cap(Eff|Bnd)|^NoNewPrivs', '/proc/1/status'])).toBe(
      'CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\n',
    )
    expect(await container.exec(['node', '-p', 'Object.keys(os.networkInterfaces()).join()'])).toBe('lo\n')
  })

  test('its health check is good while it serves, and bad where it does not', async () => {
    const container = await open()
    await container.exec(image.healthcheck)
    await expect(container.exec(['env', 'PORT=3001', ...image.healthcheck])).rejects.toThrow()
  })

  test('a poll is made, voted on and watched by its commands; the page and the chart as a picture are there', async () => {
    const container = await open()
    const made = await container.exec(['pollcast', 'create', 'Lunch?', 'Pizza', 'Salad'])
    const [, code = ''] = /\/r\/(\d+)\n/.exec(made) ?? []
    const script = `
      const url = 'http://localhost:3000'
      const { poll } = await (await fetch(url + '/api/rooms/${code}')).json()
      const vote = { method: 'POST', headers: { 'Content-Type': 'application/json' } }
      const voted = await fetch(url + '/api/polls/' + poll.id + '/votes', { ...vote, body: JSON.stringify({ choiceIds: [poll.choices[0].id] }) })
      const page = await (await fetch(url + '/r/${code}')).text()
      const chart = await fetch(url + '/api/polls/' + poll.id + '/chart.png')
      console.log(voted.status, page.includes('Lunch?'), chart.headers.get('Content-Type'))`
    expect(await container.exec(['node', '--input-type=module', '-e', script])).toBe('201 true image/png\n')
    expect(await container.exec(['sh', '-c', `timeout 10 pollcast watch ${code} | head -n 4`])).toMatch(
      /^Lunch\?\n\nPizza\n█+ +100% {2}1\n$/,
    )
  })

  test('a backup is written to the volume while it runs', async () => {
    const container = await open()
    expect(await container.exec(['pollcast', 'backup', 'backup.sqlite'])).toContain('is backed up to backup.sqlite')
    expect(await container.exec(['stat', '-c', '%U %a', '/data/backup.sqlite'])).toBe('node 600\n')
  })

  test('it ends in good order when it is stopped', async () => {
    const container = await open()
    expect(await container.stop()).toBe(0)
    expect(container.output).toContain('Pollcast is closing …')
  })

  test('nothing is in it that only builds or tests', () => {
    const sources = execFileSync('find', [
      `${image.root}/app`,
      '-name',
      '*.ts',
      '-not',
      '-name',
      '*.d.ts',
      '-not',
      '-path',
      '*/node_modules/*',
    ])
    expect(sources.toString()).toBe('')
    const tools = ['vite', 'vitest', 'vue', 'turbo']
    expect(tools.filter((name) => existsSync(`${image.root}/app/node_modules/${name}`))).toEqual([])
  })
})
