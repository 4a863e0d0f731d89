import { createHash } from 'node:crypto'
import type { Theme } from '../../theme/theme.ts'

export interface ChartStyle {
  css: string
  /** Where the chart is opened by itself: it loads nothing, runs nothing, and has this one style sheet. */
  policy: string
}

/** Colours and fonts of the web app. Plain rules: what draws an SVG may know no variables and no mixed colours. */
export function chartStyle({ colours: { light, dark }, families }: Theme): ChartStyle {
  const [text, display] = [families.text, families.display].map((name) => (name ? `"${name}",` : ''))
  const css = `
.paper{fill:${light.paper}}.row{fill:${light.ink};fill-opacity:.07}.bar,.mark{fill:${light.accent}}.bar{fill-opacity:.22}.lead .bar{fill-opacity:.44}
text{fill:${light.ink};font-family:${text}Inter,system-ui,sans-serif}.soft{fill:${light['ink-soft']};font-weight:600}.choice{font-weight:700}
.question,.share{font-family:${display}Besley,Rockwell,Georgia,serif;font-weight:800}.share,.count{font-variant-numeric:tabular-nums}.count{font-weight:600}
@media (prefers-color-scheme:dark){
.paper{fill:${dark.paper}}.row{fill:${dark.ink}}.bar,.mark{fill:${dark.accent}}.bar{fill-opacity:.26}text{fill:${dark.ink}}.soft{fill:${dark['ink-soft']}}}
`
  const hash = createHash('sha256').update(css).digest('base64')
  return { css, policy: `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'` }
}
