import { expect, test } from 'vitest'
import { readCommandLine } from './command-line.ts'

test('without arguments the server is started', () => {
  expect(readCommandLine([])).toEqual({ start: true })
})

test.each(['--help', '-h'])('%s shows the usage', (option) => {
  expect(readCommandLine([option])).toEqual({ say: expect.stringMatching(/^Pollcast, .+\n\nUsage: npm start/) })
})

test.each(['--version', '-v'])('%s shows the version', (option) => {
  expect(readCommandLine([option])).toEqual({ say: expect.stringMatching(/^\d+\.\d+\.\d+$/) })
})

test.each([
  [['--port', '80'], '"--port" is not an option of Pollcast. --help'],
  [['PORT=80'], '"PORT=80" is not an option of Pollcast. Settings are environment variables.'],
  [['8080'], '"8080" is not an option of Pollcast. Settings are environment variables.'],
  [['--help', 'x'], '"x" is not'],
  [['-v', '-v'], '"-v" is not'],
  [['help'], '"help" is not'],
  [[''], '"" is not'],
])('%j is refused', (args, sentence) => {
  expect(readCommandLine(args)).toEqual({ refuse: expect.stringContaining(sentence) })
})

test('a command names its file', () => {
  expect(readCommandLine(['backup', 'a b.sqlite'])).toEqual({ run: 'backup', file: 'a b.sqlite', force: false })
  expect(readCommandLine(['restore', 'x'])).toEqual({ run: 'restore', file: 'x', force: false })
  expect(readCommandLine(['export', '--force', 'x'])).toEqual({ run: 'export', file: 'x', force: true })
  expect(readCommandLine(['import', 'x'])).toEqual({ run: 'import', file: 'x', force: false })
})

test.each([
  [['backup'], 'Name the file: npm run backup -- FILE'],
  [['import', ''], 'Name the file'],
  [['restore', 'a', 'b'], '"b" is another one'],
  [['restore', '--force', 'a'], '"--force" is not an option of restore'],
  [['backup', '-f', 'a'], '"-f" is not an option of backup'],
])('the command %j is refused', (args, sentence) => {
  expect(readCommandLine(args)).toEqual({ refuse: expect.stringContaining(sentence) })
})
