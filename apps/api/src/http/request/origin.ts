import type { Context } from 'koa'

/** The origin that the request was sent to, as browsers spell it: in lower case, without a default port. */
export function originOf({ protocol, host }: Context): string | undefined {
  const url = `${protocol}://${host}`
  return URL.canParse(url) ? new URL(url).origin : undefined
}
