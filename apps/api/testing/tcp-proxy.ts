import { onTestFinished } from 'vitest'
import { ProxyServer } from './proxy-server.ts'

/** A bad network between a test's subject and a server, until the test has ended. */
export const TcpProxy = {
  /** The address of a new proxy before that of a server, otherwise the same. */
  async before(address: string, standardPort: number): Promise<{ proxy: ProxyServer; url: string }> {
    const before = await ProxyServer.before(address, standardPort)
    onTestFinished(() => before.proxy.close())
    return before
  },
}
