import { Injectable, Query, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { fieldErrors } from '../../../../libs/kernel/input-error.ts';
import { checked, knownFields, note, type RequestClass } from '../../input/field-reader.ts';
import { shownField, unknownField } from '../../input/unknown-field.ts';
import { malformedParameters } from './query-text.ts';

const NOT_ENCODED = 'is not percent-encoded UTF-8; a % itself is %25';

/** Reads and checks the query parameters of a request, as an instance of the parameter's class. */
@Injectable()
class QueryParamsPipe implements PipeTransform<Record<string, unknown>, object> {
  transform(query: Record<string, unknown>, { metatype }: ArgumentMetadata): object {
    const requestClass = metatype as RequestClass<object>;
    const known = knownFields(requestClass);
    const errors = fieldErrors();
    for (const key of Object.keys(query)) {
      if (!known.includes(key)) note(errors, shownField(key), () => unknownField(key, known));
    }
    for (const name of malformedParameters(query)) note(errors, shownField(name), () => NOT_ENCODED);
    const given = Object.fromEntries(Object.entries(query).filter(([key]) => known.includes(key)));
    return checked(plainToInstance(requestClass, given), errors);
  }
}

/** Injects the query parameters; the class of the parameter documents them, too. */
export const QueryParams = (): ParameterDecorator => Query(QueryParamsPipe);
