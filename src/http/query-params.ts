import { createParamDecorator, Injectable, type ArgumentMetadata, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import type { Request } from 'express';
import { fieldErrors } from '../../libs/kernel/domain-error.ts';
import { checked, knownFields, note, type RequestClass } from './request-fields.ts';
import { shownField, unknownField } from './unknown-field.ts';

const queryOf = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<Request>().query,
);

/** Reads and checks the query parameters of a request, as an instance of the parameter's class. */
@Injectable()
class QueryParamsPipe implements PipeTransform<Record<string, unknown>, object> {
  transform(query: Record<string, unknown>, { metatype }: ArgumentMetadata): object {
    const requestClass = metatype as RequestClass<object>;
    const known = knownFields(requestClass);
    const errors = fieldErrors();
    for (const key of Object.keys(query)) {
      if (!known.includes(key)) note(errors, shownField(key), unknownField(key, known));
    }
    const given = Object.fromEntries(Object.entries(query).filter(([key]) => known.includes(key)));
    return checked(plainToInstance(requestClass, given), errors);
  }
}

export const QueryParams = (): ParameterDecorator => queryOf(QueryParamsPipe);
