import { until } from '@pollcast/api/testing/until'
import type { Node } from './node.ts'

/** How long servers may take until they take requests, once nothing hinders them. */
const START_TIMEOUT_MS = 30_000

/** Resolves when all take requests. Rejects if one does not in time. */
export async function allUp(nodes: readonly Node[]): Promise<void> {
  const down = () => nodes.filter((node) => !node.up).map(({ name }) => name)
  await until(() => down().length === 0, {
    timeoutMs: START_TIMEOUT_MS,
    message: () => `${down().join(' and ')} took no requests within ${START_TIMEOUT_MS / 1000} s`,
  })
}
