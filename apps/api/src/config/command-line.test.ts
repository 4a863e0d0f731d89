import { expect, test } from 'vitest'
import { readCommandLine } from './command-line.ts'

const read = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) => readCommandLine(args, environment)

test('without arguments the server is started', () => {
  expect(read([])).toEqual({ start: true })
})

test.each(['--help', '-h'])('%s shows the usage', (option) => {
  expect(read([option])).toEqual({ say: expect.stringMatching(/^Pollcast, .+\n\nUsage: pollcast \[COMMAND\]/) })
})

test.each(['--version', '-v'])('%s shows the version', (option) => {
  expect(read([option])).toEqual({ say: expect.stringMatching(/^\d+\.\d+\.\d+$/) })
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
  expect(read(args)).toEqual({ refuse: expect.stringContaining(sentence) })
})

test('a command names its file', () => {
  expect(read(['backup', 'a b.sqlite'])).toEqual({ run: 'backup', file: 'a b.sqlite', force: false })
  expect(read(['restore', 'x'])).toEqual({ run: 'restore', file: 'x', force: false })
  expect(read(['export', '--force', 'x'])).toEqual({ run: 'export', file: 'x', force: true })
  expect(read(['import', 'x'])).toEqual({ run: 'import', file: 'x', force: false })
})

test.each([
  [['backup'], 'Name the file: pollcast backup FILE.'],
  [['import', ''], 'Name the file'],
  [['restore', 'a', 'b'], '"b" is another one'],
  [['restore', '--force', 'a'], "Unknown option '--force'. --help"],
  [['toString'], '"toString" is not an option of Pollcast.'],
  [['create', 'Lunch?', 'Pizza'], 'Give a question and two choices or more'],
  [['create', 'Lunch?', 'Pizza', 'Salad', '--url', 'my.host'], '--url is an address such as https://my.host'],
  [['watch'], 'Give the code of a room'],
  [['watch', '12'], 'Give the code of a room'],
  [['watch', 'https://my.host/polls/tabspace'], 'Give the code of a room'],
  [['watch', '/r/472915'], 'Give the code of a room'],
  [['watch', 'my.host/r/472915'], 'Give the code of a room'],
  [['doctor', 'my.host'], 'Name one address, such as https://my.host.'],
  [['doctor', 'https://my.host', 'https://other.host'], 'Name one address'],
  [['backup', '-f', 'a'], "Unknown option '-f'. --help"],
])('the command %j is refused', (args, sentence) => {
  expect(read(args)).toEqual({ refuse: expect.stringContaining(sentence) })
})

test('a poll is made at the address, or by the server of this machine', () => {
  const wanted = { run: 'create', question: 'Lunch?', choices: ['Pizza', '-1'] }
  expect(read(['create', '--url', 'https://my.host/polls', '--', 'Lunch?', 'Pizza', '-1'])).toEqual({
    ...wanted,
    url: 'https://my.host/polls',
  })
  expect(read(['create', '--', 'Lunch?', 'Pizza', '-1'])).toEqual({ ...wanted, url: 'http://localhost:3000' })
  expect(read(['create', '--', 'Lunch?', 'Pizza', '-1'], { PORT: '80' })).toEqual({
    ...wanted,
    url: 'http://localhost:80',
  })
})

test.each([[['472915']], [['472', '915']], [['472-915']], [['472 915']], [['#472.915']], [['٤٧٢٩١٥']]])(
  'the code %j is one room',
  (code) => {
    expect(read(['watch', ...code])).toEqual({ run: 'watch', code: '472915', url: 'http://localhost:3000' })
  },
)

test('a room is watched where its link says that it is, unless --url says otherwise', () => {
  const link = 'https://my.host/polls/r/472915'
  expect(read(['watch', link])).toEqual({ run: 'watch', code: '472915', url: 'https://my.host/polls' })
  expect(read(['watch', `${link}/host#secret_key`])).toMatchObject({ code: '472915', url: 'https://my.host/polls' })
  expect(read(['watch', link, '--url', 'http://10.0.0.1'])).toMatchObject({ code: '472915', url: 'http://10.0.0.1' })
})

const create = ['create', 'Lunch?', 'Pizza', 'Salad']

test.each([
  [[...create, '--url', 'https://me:secret@my.host']],
  [[...create, '--url', 'https://:secret@my.host']],
  [[...create, '--url', 'https://secret@my.host']],
  [[...create, '--url', 'me:secret@my.host']],
  [['watch', 'https://:secret@my.host/r/472915']],
])('an address with a password is refused without repeating it: %j', (args) => {
  expect(read(args)).toEqual({ refuse: expect.stringMatching(/^--url is an address (?!.*secret)/) })
})

test.each(['99999', '1/x', '3000@other.host', '80.5'])('a PORT of %s names no server', (PORT) => {
  expect(read(create, { PORT })).toEqual({ refuse: expect.stringMatching(/^PORT is no port number\./) })
})

test.each([['backup'], ['create'], ['doctor']])('%s --help shows the usage', (command) => {
  expect(read([command, '--help'])).toEqual(read(['--help']))
})

test('the doctor is told where to look, and at what', () => {
  expect(read(['doctor', 'https://my.host', '--quick', '--poll', 'tabspace'])).toEqual({
    run: 'doctor',
    url: new URL('https://my.host'),
    isQuick: true,
    pollId: 'tabspace',
  })
})
