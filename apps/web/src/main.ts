import { createApp } from 'vue'
import App from './App.vue'
import { createApiClient } from './api/api-client.ts'
import { apiKey, createServedPage, readContext, servedPageKey } from './context.ts'
import { servedFallback } from './fallback.ts'
import { createPageRouter } from './router.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/plain.css'

const app = createApp(App)
const fallback = servedFallback()
let hasFailed = false

app.config.errorHandler = fail
start().catch(fail)

/** Shows the app once the files of the first page are there. Until then, and where they don't come, there is a form. */
async function start(): Promise<void> {
  const context = readContext(document)
  const router = createPageRouter()
  app.provide(apiKey, createApiClient(context.apiUrl)).provide(servedPageKey, createServedPage(context)).use(router)
  await router.isReady()
  if (fallback.isInUse()) return
  fallback.remove()
  app.mount('#app')
}

/** Nobody expected this error, so nothing that the app shows or does from here on can be relied on. */
async function fail(error: unknown): Promise<void> {
  console.error(error)
  if (hasFailed) return
  hasFailed = true
  await fallback.renew()
  try {
    app.unmount()
  } catch (unmountError) {
    console.error(unmountError)
    document.getElementById('app')?.replaceChildren()
  }
  fallback.show()
}
