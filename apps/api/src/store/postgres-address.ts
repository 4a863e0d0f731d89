/** Host and port of a PostgreSQL URL, as one can show them. */
export function addressOf(url: string): string {
  const { hostname, port } = new URL(url)
  return `${hostname || 'localhost'}:${port || 5432}`
}
