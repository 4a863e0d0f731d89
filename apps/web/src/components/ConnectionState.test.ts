import { expect, test } from 'vitest'
import { createSSRApp } from 'vue'
import { renderToString } from 'vue/server-renderer'
import type { StreamState } from '../api/stream-client.ts'
import type { PollStatus } from '../kinds/kind.ts'
import ConnectionState from './ConnectionState.vue'

interface Props {
  state: StreamState
  status?: PollStatus
  isHidden?: boolean
}

const textOf = async (props: Props) => {
  const html = await renderToString(createSSRApp(ConnectionState, { ...props }))
  return html.replace(/<[^>]*>/g, '')
}

test('only an open poll whose results are shown is live', async () => {
  expect(await textOf({ state: 'live' })).toBe('Live')
  expect(await textOf({ state: 'live', status: 'closed' })).toBe('Closed')
  expect(await textOf({ state: 'live', status: 'deleted' })).toBe('Deleted')
  expect(await textOf({ state: 'live', isHidden: true })).toBe('Results hidden')
  expect(await textOf({ state: 'live', status: 'closed', isHidden: true })).toBe('Closed')
})

test('a lost connection is told, except of a poll that has gone', async () => {
  expect(await textOf({ state: 'reconnecting', status: 'closed' })).toMatch(/^Connection lost/)
  expect(await textOf({ state: 'gone', status: 'deleted' })).toBe('Deleted')
})

test('a hidden page is paused, and one that polls says so', async () => {
  expect(await textOf({ state: 'closed' })).toBe('Paused')
  expect(await textOf({ state: 'polling' })).toBe('Live, a little slower')
})
