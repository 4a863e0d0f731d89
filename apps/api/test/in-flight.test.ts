import { routes } from '@pollcast/shared/routes'
import { expect, onTestFinished, test, vi } from 'vitest'
import { IN_FLIGHT_OF_ADDRESS } from '../src/http/server/server.ts'
import { openApp } from '../testing/app.ts'
import { get, post, RawConnection } from '../testing/raw-connection.ts'
import { json, Voter } from '../testing/voter.ts'

/** Known voters, for the limits let through few new ones of an address, and the votes of one that each may cast at once. */
const VOTERS = 42
const VOTES = Math.ceil(IN_FLIGHT_OF_ADDRESS / VOTERS)

const from = (address: string) => `X-Forwarded-For: ${address}\r\n`

/** A vote that never arrives whole, and is in flight as long as its connection is open. */
const halfVote = (headers: string) =>
  post(routes.votes('tabspace'), { choiceIds: [1] })
    .replace('\r\n', `\r\n${headers}`)
    .slice(0, -3)

test.each([
  ['an IPv4 address', '192.0.2.1', '192.0.2.1', '192.0.2.2'],
  ['an IPv6 /64', '2001:db8::1', '2001:db8::2', '2001:db8:0:1::1'],
])('behind a proxy %s has a bound of its own in flight', async (_, crowd, same, other) => {
  // However long this machine takes, no body is late: a late one would give up its place.
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const { port, url } = await openApp({ rateLimit: true, trustProxy: ['127.0.0.0/8'] })
  const ask = async (headers: string) => {
    const connection = (await RawConnection.open(port)).send(get(routes.polls, headers))
    return connection.until(/^HTTP\/1\.1 \d+/)
  }
  const votes: RawConnection[] = []
  for (let i = 0; i < VOTERS; i += 1) {
    const voter = new Voter(url)
    const whole = json({ choiceIds: [1] })
    await voter.ask(routes.votes('tabspace'), {
      ...whole,
      headers: { ...whole.headers, 'X-Forwarded-For': `198.51.100.${i}` },
    })
    const headers = `${from(crowd)}Cookie: ${voter.cookieHeader}\r\n`
    const some = Array.from({ length: VOTES }, async () => (await RawConnection.open(port)).send(halfVote(headers)))
    votes.push(...(await Promise.all(some)))
  }
  await expect.poll(() => ask(from(same))).toMatch(/^HTTP\/1\.1 503/)
  // Whatever stands before the address that the proxy saw is the client's own word.
  expect(await ask(from(`${other}, ${same}`))).toMatch(/^HTTP\/1\.1 503/)
  expect(await ask(from(other))).toMatch(/^HTTP\/1\.1 200/)
  expect(await ask('')).toMatch(/^HTTP\/1\.1 200/)
  for (const vote of votes) vote.leave()
  await expect.poll(() => ask(from(same))).toMatch(/^HTTP\/1\.1 200/)
})
