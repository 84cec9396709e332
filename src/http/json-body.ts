import { Inject, Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import type { Request } from 'express';
import { badRequest } from './http-error.ts';
import { HTTP_LIMITS, type HttpLimits } from './http-limits.ts';
import { readJsonText } from './read-body.ts';
import { ThisRequest } from './this-request.ts';
import { readFields, type RequestClass } from './request-fields.ts';

/** A body has more in it than its free-form object: other fields, white space. */
export const BODY_ROOM_BYTES = 65_536;

/**
 * Reads and checks the JSON body of a request, as an instance of the parameter's class. It runs
 * after the guards: a request without a valid key is refused before its body is read.
 */
@Injectable()
class JsonBodyPipe implements PipeTransform<Request, Promise<object>> {
  constructor(@Inject(HTTP_LIMITS) private readonly limits: HttpLimits) {}

  async transform(request: Request, { metatype }: ArgumentMetadata): Promise<object> {
    const text = await readJsonText(request, this.limits.maxPayloadBytes + BODY_ROOM_BYTES);
    const value = parseJson(text);
    return readFields(metatype as RequestClass<object>, 'body', value, text, 0, text.length, this.limits);
  }
}

export const JsonBody = (): ParameterDecorator => ThisRequest(JsonBodyPipe);

/**
 * @param name what the text is called in a refusal.
 * @throws VALIDATION_ERROR; the parser's own words are not repeated, they quote the body.
 */
export function parseJson(text: string, name = 'body'): unknown {
  if (text.trim() === '') throw badRequest(name, 'is empty; a JSON object is expected');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badRequest(name, 'is not valid JSON');
  }
}
