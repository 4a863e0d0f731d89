import type { Theme } from '../../theme/theme.ts'

/** The manifest of the installed app, with what the theme has instead of Pollcast's. Its addresses are relative to its own. */
export function themedManifest(bytes: Buffer, { name, colours, icon }: Theme): Buffer {
  const { paper } = colours.light
  const icons = icon && [
    {
      src: icon.address.slice(1),
      ...(icon.type === 'svg'
        ? { sizes: 'any', type: 'image/svg+xml' }
        : { sizes: `${icon.width}x${icon.height}`, type: 'image/png' }),
    },
  ]
  const themed = { name, short_name: name, background_color: paper, theme_color: paper, ...(icons && { icons }) }
  return Buffer.from(JSON.stringify({ ...JSON.parse(bytes.toString()), ...themed }))
}
