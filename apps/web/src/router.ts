import { routes } from '@pollcast/shared/routes'
import { createRouter, createWebHistory, type Router } from 'vue-router'

export function createPageRouter(): Router {
  return createRouter({
    history: createWebHistory(),
    routes: [
      { path: routes.listPage, component: () => import('./pages/ListPage.vue') },
      { path: routes.newPollPage, component: () => import('./pages/NewPollPage.vue') },
      { path: routes.pollPage(':pollId'), component: () => import('./pages/PollPage.vue'), props: true },
      { path: '/:unknown(.*)*', component: () => import('./pages/NotFoundPage.vue') },
    ],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
}
