import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { Scope } from '../../access/scopes.ts';

export const NEEDED_SCOPE = 'needed-scope';

/** What a route needs of the key: a scope, or only that it is a good one. */
export type NeededScope = Scope | 'any key';

/** Lets only keys with this scope pass. Every handler behind a key says what it needs. */
export const Needs = (scope: NeededScope): CustomDecorator => SetMetadata(NEEDED_SCOPE, scope);
