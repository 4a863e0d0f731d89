import { freePort } from '@pollcast/api/testing/free-port'
import { expect, test } from 'vitest'
import { runCommand } from '../testing/run-command.ts'

const stress = (args: string[], environment?: Record<string, string>) => runCommand('stress/main.ts', args, environment)

const numberOf = (label: RegExp, output: string) => {
  return Number(new RegExp(`${label.source} +([\\d,]+)\n`).exec(output)?.[1]?.replaceAll(',', ''))
}

test.each([[['--seed', '4']], [['--seed', '5', '--without-redis']], [['--seed', '1521', '--workers', '2']]])(
  '%j: whatever is killed, stopped and cut off, every promise is kept',
  async (args) => {
    const { code, output, said } = await stress([...args, '--seconds', '15'])
    expect(code, output + said).toBe(0)
    expect(output).toContain(`Seed ${args[1]}: npm run stress -- ${args[0]} ${args[1]} --seconds 15`)
    expect(output).toMatch(/kill a node +\d/)
    expect(output).toMatch(/\nevery promise was kept\n/)
    expect(numberOf(/votes acknowledged/, output)).toBeGreaterThan(20)
    expect(numberOf(/streams that reconnected/, output)).toBeGreaterThan(0)
    expect(numberOf(/frames seen/, output)).toBeGreaterThan(100)
    for (const act of ['move the room', 'close', 'start a round', 'hide', 'reveal']) {
      expect(numberOf(new RegExp(act), output), act).toBeGreaterThan(0)
    }
  },
  180_000,
)

test('a run that fails says why, and the command that repeats it', async () => {
  const server = `postgres://polls@127.0.0.1:${await freePort()}/polls`
  const { code, output } = await stress(['--seed', '6'], { TEST_POSTGRES_URL: server })
  expect(code).toBe(1)
  expect(output).toMatch(/\nFAILED: .*ECONNREFUSED.*\n.*again: npm run stress -- --seed 6 --seconds 60 /)
})

test('a wrong command line is reported in one line, with its own exit code', async () => {
  const { code, output, said } = await stress(['--seed', 'none'])
  expect({ code, output }).toEqual({ code: 2, output: '' })
  expect(said).toMatch(/^--seed is a whole number.*\n$/)
})
