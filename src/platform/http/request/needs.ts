import type { CustomDecorator } from '@nestjs/common';
import type { Scope } from '../../access/scopes.ts';
import { RouteMark } from './route-mark.ts';

/** What a route needs of the key: a scope, or only that it is a good one. */
export type NeededScope = Scope | 'any key';

export const NEEDED_SCOPE = new RouteMark<NeededScope>('needed-scope');

/** Lets only keys with this scope pass. Every handler behind a key says what it needs. */
export const Needs = (scope: NeededScope): CustomDecorator => NEEDED_SCOPE.as(scope);
