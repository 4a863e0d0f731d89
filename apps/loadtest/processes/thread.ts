import { Worker } from 'node:worker_threads'

/** Starts a TypeScript file on a thread, which does not have tsx's loader from the thread that starts it. */
export function startThread(file: URL, workerData: unknown): Worker {
  const start = `import('tsx/esm/api').then(({ register }) => { register(); return import('${file.href}') })`
  return new Worker(start, { eval: true, workerData })
}
