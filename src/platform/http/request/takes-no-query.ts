import { UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { fieldErrors, invalidFields } from '../../../../libs/kernel/input-error.ts';
import { note } from '../../input/field-reader.ts';
import { PARAMETER_OF_NONE, shownField } from '../../input/unknown-field.ts';

/** Where a filter or `dryRun=true` that is passed over would do more than was meant, and nothing undoes it. */
class NoQueryGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { query } = context.switchToHttp().getRequest<Request>();
    const errors = fieldErrors();
    for (const name of Object.keys(query)) note(errors, shownField(name), () => PARAMETER_OF_NONE);
    if (Object.keys(errors).length > 0) throw invalidFields(errors);
    return true;
  }
}

/** A route that refuses all query parameters, after it has looked at the key. */
export const TakesNoQuery = (): MethodDecorator => UseGuards(NoQueryGuard);
