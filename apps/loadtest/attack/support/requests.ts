import { routes } from '@pollcast/shared/routes'
import type { Address } from './attack-connection.ts'
import type { AttackedPoll } from './attacked-server.ts'

/** A request as text, one character for each byte. */
export function request(
  { authority }: Address,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): string {
  const length = body === undefined ? [] : [`Content-Length: ${body.length}`]
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${authority}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...length,
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`
}

export const get = (address: Address, path: string, headers?: Readonly<Record<string, string>>): string =>
  request(address, 'GET', path, headers)

export const JSON_TYPE = { 'Content-Type': 'application/json' }
export const FORM_TYPE = { 'Content-Type': 'application/x-www-form-urlencoded' }

export const postJson = (
  address: Address,
  path: string,
  value: unknown,
  headers?: Readonly<Record<string, string>>,
): string => {
  const body = Buffer.from(JSON.stringify(value)).toString('latin1')
  return request(address, 'POST', path, { ...JSON_TYPE, ...headers }, body)
}

/** A vote for the poll's first choice. */
export const vote = (address: Address, { id, choiceIds }: AttackedPoll, headers?: Readonly<Record<string, string>>) =>
  postJson(address, routes.votes(id), { choiceIds: choiceIds.slice(0, 1) }, headers)
