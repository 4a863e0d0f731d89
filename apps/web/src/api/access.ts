/** What a request shows beside the voter's cookie. */
export interface Access {
  /** The key of the room's host. It goes into a header only: addresses get into histories and logs. */
  hostKey?: string | undefined
  /** The voter's one-time code. */
  code?: string | undefined
}

export function accessHeaders({ hostKey, code }: Access): Record<string, string> {
  return {
    ...(hostKey && { Authorization: `Bearer ${hostKey}` }),
    ...(code && { 'Pollcast-Code': code }),
  }
}
