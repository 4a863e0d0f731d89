import { routes } from '@pollcast/shared/routes'
import { createRouter, createWebHistory, type Router, START_LOCATION } from 'vue-router'

export function createPageRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: routes.listPage, component: () => import('./pages/ListPage.vue') },
      { path: routes.newPollPage, component: () => import('./pages/NewPollPage.vue') },
      { path: routes.pollPage(':pollId'), component: () => import('./pages/PollPage.vue'), props: true },
      { path: '/:unknown(.*)*', component: () => import('./pages/NotFoundPage.vue') },
    ],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  // After a new release the old pages' files are gone: the address itself brings the new ones.
  router.onError((_error, to, from) => {
    if (from !== START_LOCATION) location.assign(to.fullPath)
  })
  return router
}
