import { readdirSync, statSync } from 'node:fs'
import { usageOf } from '../processes/usage.ts'
import type { Measure } from './flatness.ts'

/** What is measured every few seconds: of the process, what it says of itself, and its files. */
export const measures = {
  memory: { name: 'memory', unit: 'MB', of: 'median', slack: 16 },
  heap: { name: 'heap after a collection', unit: 'MB', of: 'low', slack: 4 },
  external: { name: 'buffers outside the heap', unit: 'MB', of: 'low', slack: 4 },
  openFiles: { name: 'open files', unit: '', of: 'median', slack: 10 },
  database: { name: 'database, less what is kept of deleted rooms', unit: 'MB', of: 'high', slack: 1 },
  wal: { name: 'write-ahead log', unit: 'MB', of: 'high', slack: 1 },
  log: { name: 'log, what a quarter adds', unit: 'KB', of: 'added', slack: 20 },
} as const satisfies Record<string, Measure>

export type Figures = Record<keyof typeof measures, number>

/** The rows of a deleted room and its polls are kept, so that their addresses are known to be of such: bytes, with the indexes. */
const DELETED_ROOM_BYTES = 1400

const MB = 1024 * 1024

interface Measured {
  pid: number
  metricsUrl: string
  databasePath: string
  /** Rooms that were deleted so far. */
  deleted: number
  /** Characters of the log. */
  logged: number
}

/** Rejects if the server does not answer. */
export async function measure({ pid, metricsUrl, databasePath, deleted, logged }: Measured): Promise<Figures> {
  const metrics = await (await fetch(metricsUrl, { signal: AbortSignal.timeout(60_000) })).text()
  const metric = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1])
  return {
    memory: usageOf([pid])?.memoryMb ?? Number.NaN,
    heap: metric('nodejs_heap_size_used_bytes') / MB,
    external: metric('nodejs_external_memory_bytes') / MB,
    openFiles: openFilesOf(pid),
    database: (sizeOf(databasePath) - deleted * DELETED_ROOM_BYTES) / MB,
    wal: sizeOf(`${databasePath}-wal`) / MB,
    log: logged / 1024,
  }
}

export const openFilesOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** All of it in one line. */
export const describe = (figures: Figures): string =>
  Object.entries<Measure>(measures)
    .map(([key, { unit }]) => `${key} ${figures[key as keyof Figures].toFixed(1)} ${unit}`.trimEnd())
    .join(', ')
