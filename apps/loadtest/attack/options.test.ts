import { expect, test } from 'vitest'
import { UsageError } from '../processes/command-line.ts'
import { attacks } from './attacks.ts'
import { HELP, readOptions } from './options.ts'

test('without arguments all attacks run on the built server, with a random seed', () => {
  const { chosen, main, help, seed } = readOptions([])
  expect({ chosen, help }).toEqual({ chosen: attacks, help: false })
  expect(main).toMatch(/\/apps\/api\/dist\/main\.js$/)
  expect(readOptions([]).seed).not.toBe(seed)
})

test('attacks are chosen by their names', () => {
  const { chosen, seed, main } = readOptions(['slow', 'fuzz', '--seed', '7', '--server', '/x/main.js'])
  expect(chosen.map(({ name }) => name)).toEqual(['slow', 'fuzz'])
  expect({ seed, main }).toEqual({ seed: 7, main: '/x/main.js' })
})

test.each([
  ['an invalid seed', ['--seed', 'x'], /--seed is a whole number from 0 to 4294967295/],
  ['an unknown attack', ['ddos'], /"ddos" is not one of the attacks/],
  ['an address', ['http://localhost:3000'], /http:\/\/localhost:3000/],
  ['an unknown option', ['--nodes', '4'], /--nodes/],
])('%s is refused with a message', (_, args, message) => {
  expect(() => readOptions(args)).toThrow(UsageError)
  expect(() => readOptions(args)).toThrow(message)
})

test('the help names every attack and every option', () => {
  for (const { name } of attacks) expect(HELP).toContain(`\n  ${name} `)
  for (const name of ['seed', 'server', 'help']) expect(HELP).toContain(`--${name}`)
})

test('the names of attacks differ', () => {
  expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length)
})
