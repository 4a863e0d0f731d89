/** A host key, and of which room it is where the text says so. */
export interface FoundKey {
  hostKey: string
  code?: string
}

/** 24 bytes in base64url, as the server makes them. */
const KEY = /[\w-]{32}/
const LINK = new RegExp(`/r/(\\d{6,9})/host#(${KEY.source})(?![\\w-])`)
const BARE = new RegExp(`^${KEY.source}$`)

/** The key in what was pasted or read from a file: a key alone, or a host link with or without text around it. */
export function findHostKey(text: string): FoundKey | undefined {
  const [, code, hostKey] = LINK.exec(text) ?? []
  if (code && hostKey) return { hostKey, code }
  const trimmed = text.trim()
  return BARE.test(trimmed) ? { hostKey: trimmed } : undefined
}
