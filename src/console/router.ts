import { createRouter, createWebHistory } from 'vue-router';
import type { Permission } from '../model/permission.ts';
import { type MessageKey, t } from './messages/index.ts';
import { iMay, me, restoreSession } from './state/session.ts';

declare module 'vue-router' {
  interface RouteMeta {
    title: MessageKey;
    /** Can be seen without being signed in. */
    open?: boolean;
    /** On a wide screen it fills the window and does not scroll as a whole. */
    fill?: boolean;
    /** What one must be allowed to do. */
    may?: Permission;
  }
}

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    {
      path: '/sign-in',
      component: () => import('./pages/SignInPage.vue'),
      meta: { title: 'signIn.title', open: true },
    },
    { path: '/', component: () => import('./pages/OverviewPage.vue'), meta: { title: 'overview.title', fill: true } },
    { path: '/alarms', component: () => import('./pages/AlarmsPage.vue'), meta: { title: 'alarms.title' } },
    {
      path: '/alarms/:id',
      component: () => import('./pages/AlarmPage.vue'),
      props: true,
      meta: { title: 'alarms.what' },
    },
    { path: '/cases', component: () => import('./pages/CasesPage.vue'), meta: { title: 'case.title' } },
    { path: '/devices', component: () => import('./pages/DevicesPage.vue'), meta: { title: 'devices.title' } },
    {
      path: '/devices/:id',
      component: () => import('./pages/DevicePage.vue'),
      props: true,
      meta: { title: 'alarm.device' },
    },
    { path: '/account', component: () => import('./pages/AccountPage.vue'), meta: { title: 'account.title' } },
    { path: '/system', component: () => import('./pages/SystemPage.vue'), meta: { title: 'system.title' } },
    {
      path: '/backtests',
      component: () => import('./pages/BacktestPage.vue'),
      meta: { title: 'backtest.title', may: 'backtest.read' },
    },
    {
      path: '/rules/:type?/:name?',
      component: () => import('./pages/RulesPage.vue'),
      props: true,
      meta: { title: 'rules.title', may: 'rule.read' },
    },
    {
      path: '/quarantine/:id?',
      component: () => import('./pages/QuarantinePage.vue'),
      props: true,
      meta: { title: 'quarantine.title', may: 'quarantine.read' },
    },
    {
      path: '/:rest(.*)*',
      name: 'nothing',
      component: () => import('./pages/NotFoundPage.vue'),
      meta: { title: 'app.notFoundTitle' },
    },
  ],
});

router.beforeEach(async (to) => {
  // When the service cannot be reached the sign-in page says so.
  await restoreSession().catch(() => {});
  if (!me.value) return to.meta.open ? true : { path: '/sign-in', query: { to: to.fullPath } };
  if (to.path === '/sign-in') return '/';
  return to.meta.may && !iMay(to.meta.may) ? '/' : true;
});

/**
 * Opens an address of this site: a page of the console, or one that the server has beside it, such as the flow editor.
 * Whatever leads elsewhere opens the first page instead.
 */
export async function openAddress(address: string): Promise<void> {
  const home = new URL('/', location.origin);
  const asked = URL.canParse(address, home) ? new URL(address, home) : home;
  const { href, pathname, search, hash } = asked.origin === home.origin ? asked : home;
  const page = router.resolve(pathname + search + hash);
  if (page.name === 'nothing') location.assign(href);
  else await router.push(page);
}

/** What the window's title says of the page. */
export function pageTitle(): string {
  return t(router.currentRoute.value.meta.title ?? 'app.name');
}
