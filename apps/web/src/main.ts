import { createApp } from 'vue'
import App from './App.vue'
import { createApiClient } from './api/api-client.ts'
import { reportFreshness } from './api/freshness-reports.ts'
import { listenToFreshness } from './composables/live-freshness.ts'
import { apiKey, createServedPage, readContext, servedPageKey } from './context.ts'
import { servedFallback } from './fallback.ts'
import { setLocale } from './i18n/index.ts'
import { preferredLocale } from './i18n/preferred-locale.ts'
import { createPageRouter } from './router.ts'
import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/plain.css'
import './styles/docs.css'

/** How Vue names errors of an async component's loader (https://vuejs.org/error-reference), in the build and in development. */
const PART_NOT_LOADED = import.meta.env.DEV ? 'async component loader' : '#runtime-13'

const app = createApp(App)
const fallback = servedFallback()
let hasFailed = false

app.config.errorHandler = (error, _component, info) => {
  // A part that comes later, and can't be loaded while the server or the network is away. The page goes on without it, and the
  // browser has said so.
  if (!info.endsWith(PART_NOT_LOADED)) void fail(error)
}
start().catch(fail)

/** Mounts the app once the first page's files have loaded. Until then, or if they don't, the fallback is there. */
async function start(): Promise<void> {
  const context = readContext(document)
  if (context.reportsFreshness) listenToFreshness(reportFreshness(context.apiUrl))
  const router = createPageRouter(context.apiUrl.startsWith('/') ? context.apiUrl : '')
  const api = createApiClient(context.apiUrl)
  if (context.challenge) api.prepareProof(context.challenge)
  app.provide(apiKey, api).provide(servedPageKey, createServedPage(context)).use(router)
  await Promise.all([router.isReady(), setLocale(preferredLocale())])
  if (fallback.isInUse()) return
  fallback.remove()
  app.mount('#app')
}

/** After an unexpected error nothing that the app shows can be relied on, so the fallback takes its place. */
async function fail(error: unknown): Promise<void> {
  console.error(error)
  if (hasFailed) return
  hasFailed = true
  await fallback.update()
  try {
    app.unmount()
  } catch (unmountError) {
    console.error(unmountError)
    document.getElementById('app')?.replaceChildren()
  }
  fallback.show()
}
