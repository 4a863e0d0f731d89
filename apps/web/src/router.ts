import { routes } from '@pollcast/shared/routes'
import { createRouter, createWebHistory, type Router, START_LOCATION } from 'vue-router'
import PollPage from './pages/PollPage.vue'
import RoomPage from './pages/RoomPage.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /**
     * How wide the page is: by default a column to read; or else wide, wide enough for two columns, as large as a screen in
     * front of a room, or nothing but the page itself.
     */
    layout?: 'wide' | 'two-columns' | 'fits-screen' | 'bare'
  }
}

/**
 * The voter's pages are in the first script, which has all they need: one request on a slow phone. Others have their own.
 *
 * @param basePath the path under which the pages are, if not at the root
 */
export function createPageRouter(basePath: string): Router {
  return createRouter({
    history: createWebHistory(basePath || '/'),
    routes: [
      { path: routes.listPage, component: () => import('./pages/FrontPage.vue'), meta: { layout: 'wide' } },
      { path: routes.newPollPage, component: () => import('./pages/NewPollPage.vue'), meta: { layout: 'wide' } },
      {
        path: routes.pollPage(':pollId'),
        component: PollPage,
        props: true,
        meta: { layout: 'fits-screen' },
      },
      {
        path: routes.roomPage(':code'),
        component: RoomPage,
        props: true,
        meta: { layout: 'fits-screen' },
      },
      {
        path: routes.hostPage(':code'),
        component: () => import('./pages/HostPage.vue'),
        props: true,
        meta: { layout: 'two-columns' },
      },
      {
        path: routes.screenPage(':code'),
        component: () => import('./pages/ScreenPage.vue'),
        props: true,
        meta: { layout: 'bare' },
      },
      {
        path: routes.pollEmbed(':pollId'),
        component: () => import('./pages/PollEmbedPage.vue'),
        props: true,
        meta: { layout: 'bare' },
      },
      {
        path: routes.roomEmbed(':code'),
        component: () => import('./pages/RoomEmbedPage.vue'),
        props: true,
        meta: { layout: 'bare' },
      },
      { path: routes.privacyPage, component: () => import('./pages/PrivacyPage.vue') },
      { path: routes.adminPage, component: () => import('./pages/AdminPage.vue'), meta: { layout: 'two-columns' } },
      { path: routes.embedPage, component: () => import('./pages/EmbedPage.vue'), meta: { layout: 'bare' } },
      { path: '/:unknown(.*)*', component: () => import('./pages/NotFoundPage.vue') },
    ],
    // The first page is at its top already, and to scroll there would have it laid out once more.
    scrollBehavior: (_to, from, saved) => saved ?? (from !== START_LOCATION && { top: 0 }),
  })
}
