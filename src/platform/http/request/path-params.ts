import { invalidField } from '../../../../libs/kernel/input-error.ts';
import { Param, type PipeTransform } from '@nestjs/common';

/** A path parameter that must match a pattern; otherwise a VALIDATION_ERROR names it. */
export const PathParam = (name: string, pattern: RegExp, rule: string): ParameterDecorator =>
  Param(name, new PatternPipe(name, pattern, rule));

class PatternPipe implements PipeTransform<string, string> {
  constructor(
    private readonly name: string,
    private readonly pattern: RegExp,
    private readonly rule: string,
  ) {}

  transform(value: string): string {
    if (!this.pattern.test(value)) throw invalidField(this.name, this.rule);
    return value;
  }
}
