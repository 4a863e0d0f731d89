import { fileURLToPath } from 'node:url'
import { ChildServer } from '@pollcast/api/testing/child-server'
import { onTestFinished } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Runs a command of this workspace, such as `bench/main.ts`, until it exits. */
export async function runCommand(file: string, args: string[], environment: Record<string, string> = {}) {
  const command = [process.execPath, '--import', import.meta.resolve('tsx'), '--conditions=source', file, ...args]
  const child = new ChildServer(command, { cwd: ROOT, env: { ...process.env, ...environment } })
  onTestFinished(async () => {
    // It takes the servers that it started with it.
    child.signal('SIGTERM')
    await child.exited
  })
  const code = await child.exited
  return { code, output: child.stdout, said: child.stderr }
}
