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
