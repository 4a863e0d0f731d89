import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { openApp } from '../testing/app.ts'
import { get, post, RawConnection } from '../testing/raw-connection.ts'

const secret = 'Cookie: voter=secret\r\n'
const vote = post(routes.votes('tabspace'), { choiceIds: [1] })

const faultsIn = (infos: string[]) => infos.filter((line) => line.startsWith('Client faults'))

/** Sends it, and takes what comes until the connection ends or the client leaves. */
const wrongs: [string, string, 'ends' | 'leave'][] = [
  ['bytes after Connection: close', `${get('/api/polls', `Connection: close\r\n${secret}`)}GET / ${secret}`, 'ends'],
  ['bytes that are no request', `${get('/api/polls', secret)}\x01\x02${secret}\r\n\r\n`, 'ends'],
  [
    'an invalid chunk',
    `${vote.split('\r\nContent-Length')[0]}\r\n${secret}Transfer-Encoding: chunked\r\n\r\nz`,
    'ends',
  ],
  ['an end in mid-body', vote.slice(0, -3), 'leave'],
  ['an end in mid-head', vote.slice(0, 50), 'leave'],
  [
    'an upload to a place that takes none',
    `POST /nowhere HTTP/1.1\r\nHost: a\r\n${secret}Content-Length: 99999\r\n\r\nx`,
    'ends',
  ],
]

test.each(wrongs)('%s: no error in the log, and nothing of what was sent', async (_, sent, how) => {
  const { port, errors, infos, close } = await openApp()
  for (let turn = 0; turn < 3; turn += 1) {
    const connection = (await RawConnection.open(port)).send(sent)
    if (how === 'ends') await connection.ended
    else {
      await (await RawConnection.open(port)).send(get('/api/polls')).until(/200 OK/)
      connection.leave()
    }
  }
  await (await RawConnection.open(port)).send(get('/api/polls')).until(/200 OK/)
  await close()
  expect(errors).toEqual([])
  expect(faultsIn(infos).length).toBeLessThanOrEqual(1)
  expect(infos.join()).not.toMatch(/secret|voter|rawPacket/i)
})

test('a client that leaves in mid-body is counted, and said at the end', async () => {
  const { port, infos, close } = await openApp()
  const leaving = (await RawConnection.open(port)).send(vote.slice(0, -3))
  await (await RawConnection.open(port)).send(get('/api/polls')).until(/200 OK/)
  leaving.leave()
  await (await RawConnection.open(port)).send(get('/api/polls')).until(/200 OK/)
  await close()
  expect(faultsIn(infos)).toEqual([expect.stringMatching(/left in the middle of a request: 1$/)])
})
