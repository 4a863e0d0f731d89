/** As it is read aloud: "472 915". The space keeps a line, and the groups' order where text runs from right to left. */
export const spacedCode = (code: string): string => code.replace(/(\d{3})(?=\d{3})/g, '$1\u00a0')

/** Whether a link leads to this machine only: nobody else can open it. */
export function isLocal(link: string): boolean {
  const { hostname } = new URL(link)
  return hostname === 'localhost' || hostname.endsWith('.localhost') || /^(127\.|\[::1\]$|0\.0\.0\.0$)/.test(hostname)
}
