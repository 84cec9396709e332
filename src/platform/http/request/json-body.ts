import { Inject, Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import type { Request } from 'express';
import { HTTP_LIMITS, type HttpLimits } from './http-limits.ts';
import { readJsonText } from './read-body.ts';
import { MAX_BODY_OVERHEAD_BYTES } from '../../input/free-form-limits.ts';
import { parseJson } from '../../input/parse-json.ts';
import { ThisRequest } from './this-request.ts';
import { readFields, type RequestClass } from '../../input/field-reader.ts';

/**
 * Reads and checks the JSON body of a request, as an instance of the parameter's class. It runs
 * after the guards: a request without a valid key is refused before its body is read. In place of Nest's body
 * parser and ValidationPipe: see docs/decisions/0020-what-of-nest-is-used.md.
 */
@Injectable()
class JsonBodyPipe implements PipeTransform<Request, Promise<object>> {
  constructor(@Inject(HTTP_LIMITS) private readonly limits: HttpLimits) {}

  async transform(request: Request, { metatype }: ArgumentMetadata): Promise<object> {
    const text = await readJsonText(request, this.limits.maxPayloadBytes + MAX_BODY_OVERHEAD_BYTES);
    const source = { name: 'body', value: parseJson(text), text, start: 0, end: text.length };
    return readFields(metatype as RequestClass<object>, source, this.limits);
  }
}

export const JsonBody = (): ParameterDecorator => ThisRequest(JsonBodyPipe);
