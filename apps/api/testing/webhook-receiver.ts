import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Webhook as Body, webhookSchema } from '@pollcast/shared/webhook'
import { Webhook } from 'standardwebhooks'
import { onTestFinished } from 'vitest'
import { until } from './until.ts'

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

export interface Received {
  id: string
  body: Body
}

/** What WEBHOOK_URL is: it takes what is signed as Standard Webhooks has it, and nothing else. */
export class WebhookReceiver {
  readonly received: Received[] = []
  /** All requests, taken or not. */
  requests = 0
  /** What it answers with; undefined lets them wait. */
  status: number | undefined = 204
  location: string | undefined
  readonly #server = createServer()
  #asked = 0

  static async open(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver()
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    onTestFinished(() => {
      receiver.#server.closeAllConnections()
      receiver.#server.close()
    })
    return receiver
  }

  private constructor() {
    this.#server.on('request', async (request, response) => {
      this.requests += 1
      let text = ''
      for await (const chunk of request.setEncoding('utf8')) text += chunk
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      if (this.status === undefined) return
      if (this.status < 300) {
        const body = webhookSchema.parse(new Webhook(SECRET).verify(text, headers))
        this.received.push({ id: String(headers['webhook-id']), body })
      }
      response.writeHead(this.status, this.location === undefined ? {} : { Location: this.location }).end()
    })
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`
  }

  /** What a server needs to tell it. */
  get target() {
    return { url: this.url, secret: SECRET, allowsPrivate: true }
  }

  get environment() {
    return { WEBHOOK_URL: this.url, WEBHOOK_SECRET: SECRET, WEBHOOK_PRIVATE: 'on' }
  }

  /** The next one that was not asked for yet. */
  next(): Promise<Received> {
    return until(() => {
      const next = this.received[this.#asked]
      if (next) this.#asked += 1
      return next
    })
  }
}
