import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { CommandRefused } from './command-refused.ts'

/** Runs pg_dump or pg_restore. The password is not among its arguments, which every user of the machine can see. */
export async function runPostgresTool(program: string, options: readonly string[], url: string): Promise<void> {
  const { password } = new URL(url)
  const safe = new URL(url)
  safe.password = ''
  const args = [...options, `--dbname=${safe.href}`]
  const env = { ...process.env, ...(password !== '' && { PGPASSWORD: decodeURIComponent(password) }) }
  const child = spawn(program, args, { env, stdio: ['ignore', 'inherit', 'inherit'] })
  const [code] = await once(child, 'close').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    const line = [program, ...options, `--dbname='${safe.href}'`].join(' ')
    throw new CommandRefused(`${program} is not installed here. Where it is, run: ${line}`)
  })
  if (code !== 0) throw new CommandRefused(`${program} failed: what it said is above.`)
}
