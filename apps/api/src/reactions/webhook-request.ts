import { lookup as resolve } from 'node:dns'
import { type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { isPublicAddress } from '../lib/public-address.ts'
import { WEBHOOK_TIMEOUT_MS } from '../polls/webhook-delay.ts'

export interface WebhookTarget {
  readonly url: string
  /** `whsec_` and a key in base64. */
  readonly secret: string
  /** Whether the address may be one of this machine or of a private network. */
  readonly allowsPrivate: boolean
}

/**
 * Posts a body, signed as Standard Webhooks has it. Resolves once it was answered with 2xx; rejects with an error that says why
 * not. Redirects are not followed, and of the answer nothing but its status is read. The address that is checked is the one
 * that is connected to: a name can't be another one in between.
 */
export function postWebhook(target: WebhookTarget, id: string, body: string, stopped: AbortSignal): Promise<void> {
  const now = new Date()
  const url = new URL(target.url)
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'User-Agent': 'Pollcast',
    'webhook-id': id,
    'webhook-timestamp': Math.floor(now.getTime() / 1000),
    'webhook-signature': new Webhook(target.secret).sign(id, now, body),
  }
  return new Promise((settle, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    // Addresses are not looked up.
    if (isIP(host) && !target.allowsPrivate && !isPublicAddress(host)) return reject(privateError(host))
    const post = url.protocol === 'https:' ? requestHttps : requestHttp
    const signal = AbortSignal.any([AbortSignal.timeout(WEBHOOK_TIMEOUT_MS), stopped])
    const options = { method: 'POST', headers, agent: false, signal }
    const request = post(url, target.allowsPrivate ? options : { ...options, lookup: lookupPublic })
    request.on('error', (error) => reject(error.name === 'AbortError' ? new Error('no answer in time') : error))
    request.on('response', (response) => {
      const { statusCode = 0 } = response
      response.destroy()
      if (statusCode >= 200 && statusCode < 300) settle()
      else reject(new Error(`an answer with ${statusCode}`))
    })
    // Of a connection that ends in another way, such as after a 101, nothing else tells.
    request.on('close', () => reject(new Error('no answer that can be read')))
    request.end(body)
  })
}

/** Node's own lookup, which finds nothing where one of the name's addresses is not the internet's. */
const lookupPublic: NonNullable<RequestOptions['lookup']> = (name, options, callback) => {
  resolve(name, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, [])
    const refused = addresses.find(({ address }) => !isPublicAddress(address))
    if (refused) return callback(privateError(refused.address), [])
    if (options.all) return callback(null, addresses)
    const [{ address, family } = { address: '', family: 0 }] = addresses
    callback(null, address, family)
  })
}

const privateError = (address: string) => new Error(`${address} is not an address of the internet (WEBHOOK_PRIVATE)`)
