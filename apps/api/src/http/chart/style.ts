import { createHash } from 'node:crypto'

/** Colours and fonts of the web app. Plain rules: what draws an SVG may know no variables and no mixed colours. */
export const STYLE = `
.paper{fill:#f8f5ec}.row{fill:#14231e;fill-opacity:.07}.bar,.mark{fill:#0b6b58}.bar{fill-opacity:.22}.lead .bar{fill-opacity:.44}
text{fill:#14231e;font-family:Inter,system-ui,sans-serif}.soft{fill:#55645c;font-weight:600}.choice{font-weight:700}
.question,.share{font-family:Besley,Rockwell,Georgia,serif;font-weight:800}.share,.count{font-variant-numeric:tabular-nums}
@media (prefers-color-scheme:dark){
.paper{fill:#0d1613}.row{fill:#f1f4ec}.bar,.mark{fill:#74d3a4}.bar{fill-opacity:.26}text{fill:#f1f4ec}.soft{fill:#a3b5ac}}
`

/** Where the chart is opened by itself: it loads nothing, runs nothing, and has this one style sheet. */
export const CHART_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'`
