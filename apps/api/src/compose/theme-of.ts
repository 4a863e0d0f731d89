import type { Config } from '../config/config.ts'
import { POLLCAST_THEME, type Theme } from '../theme/theme.ts'

/** How pages look. What reads a theme is loaded only where there is one. */
export async function themeOf({ themeDir }: Config): Promise<Theme> {
  if (themeDir === undefined) return POLLCAST_THEME
  const { readTheme } = await import('../theme/read-theme.ts')
  return readTheme(themeDir)
}
