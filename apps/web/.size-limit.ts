import { join } from 'node:path'
import { builtEntry } from '../api/src/http/pages/web-shell.ts'

const DIST = join(import.meta.dirname, 'dist')

/** The scripts that a page waits for: its own, and those that the server has it preload. */
function scriptsOf(page: string): string[] {
  const entry = builtEntry(DIST)
  if (!entry) throw new Error('The web app has not been built: run "npm run build" first.')
  const early = ['', page].flatMap((name) => entry.preloads.get(name)?.scripts ?? [])
  return [...entry.scripts, ...early].map((path) => join(DIST, path))
}

export default [
  // Most people open this one, on a phone. The goal is 110 kB.
  { name: 'voter’s page', path: scriptsOf('RoomPage'), limit: '90 kB', gzip: true },
  { name: 'host’s page', path: scriptsOf('HostPage'), limit: '130 kB', gzip: true },
]
