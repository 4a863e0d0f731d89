import { expect, test } from 'vitest'
import { UsageError } from '../processes/command-line.ts'
import { tooManyOpenFiles } from '../processes/open-files.ts'
import { HELP, readOptions } from './options.ts'

test('without arguments there are a thousand streams and 500 votes a second, on its own server', () => {
  expect(readOptions([])).toEqual({
    urls: [],
    streams: 1000,
    rate: 500,
    seconds: 5,
    connections: 8,
    polls: 1,
    stall: 0,
    compare: false,
    workers: 1,
    pids: [],
    json: false,
    help: false,
  })
})

test('addresses and options come in any order', () => {
  const args = ['http://localhost:3000', '--rate', 'max', '--pid', '7', 'http://127.0.0.1:3001/', '--pid=8', '--json']
  expect(readOptions(args)).toMatchObject({ rate: Number.POSITIVE_INFINITY, pids: [7, 8], json: true })
  expect(readOptions(args).urls.map(String)).toEqual(['http://localhost:3000/', 'http://127.0.0.1:3001/'])
})

test.each([
  ['an invalid number', ['--streams', 'many'], /--streams is a whole number from 1 to 20000/],
  ['more than can be', ['--seconds', '601'], /--seconds/],
  ['less than can be', ['--polls', '0'], /--polls/],
  ['an option that is not there', ['--spin'], /--spin/],
  ['an address without a scheme', ['localhost:3000'], /http:\/\/localhost:3000/],
  ['an address with a path', ['http://localhost/polls'], /http:\/\/localhost\/polls/],
  ['more stalled streams than there are', ['--streams', '5', '--stall', '6'], /--stall/],
  ['stalled streams of servers that keep everything for them', ['--stall', '1', '--compare'], /--compare/],
  ['a stall that the server would end', ['--stall', '1', '--seconds', '60'], /closes readers/],
  ['workers of a server that runs already', ['--workers', '2', 'http://localhost:3000'], /--workers/],
  ['a process without a server', ['--pid', '7'], /--pid/],
])('%s is refused with a message', (_, args, message) => {
  expect(() => readOptions(args)).toThrow(UsageError)
  expect(() => readOptions(args)).toThrow(message)
})

test.each(['http://example.com', 'http://10.0.0.1', 'http://localhost.example.com', 'http://[2001:db8::1]:3000'])(
  '%s is loaded only by someone who says that the server is theirs',
  (url) => {
    expect(() => readOptions([url])).toThrow(/is not this machine/)
    expect(readOptions([url, '--yes-i-run-this-server']).urls).toHaveLength(1)
  },
)

test.each(['http://localhost:3000', 'http://127.8.9.1', 'http://[::1]:3000', 'http://a.localhost'])(
  '%s is this machine',
  (url) => expect(readOptions([url]).urls).toHaveLength(1),
)

test('more connections than files may be open are refused before one is opened, with how to allow them', () => {
  expect(tooManyOpenFiles(1000, 1024)).toMatch(/limit of 1024 .*824 at most[\s\S]*ulimit -n 1200/)
  expect(tooManyOpenFiles(824, 1024)).toBeUndefined()
  expect(tooManyOpenFiles(1)).toBeUndefined()
})

test('the help names every option', () => {
  for (const name of Object.keys(readOptions([]))) {
    if (name === 'urls') continue
    expect(HELP).toContain(`--${name === 'pids' ? 'pid' : name}`)
  }
})
