import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempFolder } from '../../testing/temp-folder.ts'
import { FileRefused, makeWhole } from './whole-file.ts'

const writing = (text: string) => (partial: string) => writeFile(partial, text)

test('a file is there when it is complete, for this user alone', async () => {
  const folder = tempFolder()
  const path = join(folder, 'backup')
  await makeWhole(path, async (partial) => {
    await writeFile(partial, 'all of it')
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^backup\.\w+\.partial$/)])
  })
  expect(readdirSync(folder)).toEqual(['backup'])
  expect(readFileSync(path, 'utf8')).toBe('all of it')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('one that could not be made leaves nothing', async () => {
  const folder = tempFolder()
  const broken = async (partial: string) => {
    await writeFile(partial, 'half of')
    throw new Error('the disk is gone')
  }
  await expect(makeWhole(join(folder, 'backup'), broken)).rejects.toThrow('the disk is gone')
  expect(readdirSync(folder)).toEqual([])
})

test('a file that is there is left as it is, unless it is to be replaced', async () => {
  const path = join(tempFolder(), 'backup')
  writeFileSync(path, 'old')
  await expect(makeWhole(path, writing('new'))).rejects.toThrow(/is there already.+--force/)
  expect(readFileSync(path, 'utf8')).toBe('old')
  await makeWhole(path, writing('new'), { replace: true })
  expect(readFileSync(path, 'utf8')).toBe('new')
})

test('what is no file is never replaced, and a link goes on leading where it does', async () => {
  const folder = tempFolder()
  const [inner, pipe, link, file] = ['inner', 'pipe', 'link', 'file'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]
  mkdirSync(inner)
  execFileSync('mkfifo', [pipe])
  writeFileSync(file, 'old')
  symlinkSync(file, link)
  await expect(makeWhole(inner, writing('new'), { replace: true })).rejects.toThrow(/is a folder\. Name another/)
  await expect(makeWhole(pipe, writing('new'), { replace: true })).rejects.toThrow(
    /is not a regular file\. Name another/,
  )
  expect(statSync(pipe).isFIFO()).toBe(true)
  await makeWhole(link, writing('new'), { replace: true })
  expect(readlinkSync(link)).toBe(file)
  expect(readFileSync(file, 'utf8')).toBe('new')
  expect(readdirSync(folder).sort()).toEqual(['file', 'inner', 'link', 'pipe'])
})

test.each([false, true])('a link that leads to nothing is left as it is (replace: %s)', async (replace) => {
  const folder = tempFolder()
  const link = join(folder, 'link')
  symlinkSync(join(folder, 'gone'), link)
  await expect(makeWhole(link, writing('new'), { replace })).rejects.toThrow(
    /link is a link to a file that is not there/,
  )
  expect(readlinkSync(link)).toBe(join(folder, 'gone'))
  expect(readdirSync(folder)).toEqual(['link'])
})

test('one that somebody else made meanwhile is left as it is', async () => {
  const folder = tempFolder()
  const path = join(folder, 'backup')
  const late = async (partial: string) => {
    await writeFile(partial, 'mine')
    writeFileSync(path, 'theirs')
  }
  await expect(makeWhole(path, late)).rejects.toThrow(FileRefused)
  expect(readFileSync(path, 'utf8')).toBe('theirs')
  expect(readdirSync(folder)).toEqual(['backup'])
})

test('where nothing can be written, the message names the file', async () => {
  const path = join(tempFolder(), 'no-folder', 'backup')
  await expect(makeWhole(path, writing('x'))).rejects.toThrow(new RegExp(`^${path} can't be written: ENOENT`))
})
