import { afterAll, expect, onTestFinished, test } from 'vitest'
import { engines } from '../../testing/engines.ts'
import { jsonLog } from './json-log.ts'

afterAll(() => Promise.all(engines.map((engine) => engine.stop())))

test.each(engines)(
  'an error of $name is logged with its code and its causes, and without what was typed',
  async (engine) => {
    const own = await engine.create()
    const { database } = await own.open()
    onTestFinished(async () => {
      await database.close()
      await own.remove()
    })
    // There is no such room.
    const insert = `INSERT INTO host_log (room_code, number, at, action) VALUES ($1, $2, $3, $4)`
    const row = ['typed', 1, 'typed', 'typed']
    const failed: Error = await database.transactions
      .run(({ manager }) => manager.query(insert, row))
      .catch((error) => error)
    expect(failed).toMatchObject({ parameters: row })
    const lines: string[] = []
    const log = jsonLog('info', { write: (line) => void lines.push(line) })
    log.error(failed, { event: 'unexpected-error' })
    log.error(new Error('It failed', { cause: failed }), { event: 'unexpected-error' })
    log.error(new AggregateError([failed], 'Twice'), { event: 'unexpected-error' })
    const [plain, wrapped, several] = lines.map((line) => JSON.parse(line).err)
    expect(plain).toEqual({
      type: 'QueryFailedError',
      message: failed.message,
      stack: expect.stringContaining('QueryFailedError'),
      code: expect.stringMatching(/^(SQLITE_CONSTRAINT|23503)$/),
    })
    expect(wrapped.message).toBe(`It failed: ${failed.message}`)
    expect(several.aggregateErrors).toEqual([plain])
    expect(lines.join()).not.toContain('typed')
  },
)
