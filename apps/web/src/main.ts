import { createApp } from 'vue'
import App from './App.vue'
import { createApiClient } from './api/api-client.ts'
import { apiKey, createServedPage, readContext, servedPageKey } from './context.ts'
import { createPageRouter } from './router.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'

const context = readContext(document)

createApp(App)
  .provide(apiKey, createApiClient(context.apiUrl))
  .provide(servedPageKey, createServedPage(context))
  .use(createPageRouter())
  .mount('#app')
