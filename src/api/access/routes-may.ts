import type { Permission } from '../../model/permission.ts';

/**
 * What a route asks of the one who calls: a permission; nothing (`public`); or a device's own credential, which the
 * route checks itself (`device`).
 */
export type Access = Permission | 'public' | 'device';

interface Scope {
  addHook(name: 'onRoute', hook: (route: { config?: { may?: Access } | undefined }) => void): unknown;
}

/** Says who may call the routes that a plugin registers in this scope, since a plugin knows nothing of permissions. */
export function routesMay(scope: Scope, may: Access): void {
  scope.addHook('onRoute', (route) => {
    route.config = { ...route.config, may };
  });
}
