import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Express } from 'express';

export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As it is written in the code, such as `/api/v1/customers/:externalId`. */
  readonly path: string;
}

/** All routes that the service has, of its router itself. */
export function routesOf(app: NestExpressApplication): Route[] {
  const { router } = app.getHttpAdapter().getInstance() as Express;
  const layers = router.stack as unknown as { route?: { path: string; methods: Record<string, boolean> } }[];
  return layers.flatMap(({ route }) =>
    route === undefined
      ? []
      : Object.keys(route.methods).map((method) => ({ method: method as Route['method'], path: route.path })),
  );
}
