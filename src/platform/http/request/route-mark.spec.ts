import 'reflect-metadata';
import { Controller, Get } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { RouteMark } from './route-mark.ts';

const LIMIT = new RouteMark<number>('limit');
const OPEN = new RouteMark<true>('open');

@Controller()
@OPEN.as(true)
class Marked {
  @Get('a')
  @LIMIT.as(0)
  a(): void {}

  @Get('b')
  b(): void {}
}

@Controller()
class Unmarked {}

describe('a mark of a route', () => {
  const { a, b } = Marked.prototype;

  it('is what the decorator says, each time it is asked for', () => {
    for (let time = 0; time < 2; time++) {
      expect(LIMIT.of(a)).toBe(0);
      expect(LIMIT.of(b)).toBeUndefined();
      expect(OPEN.of(Marked)).toBe(true);
      expect(OPEN.of(Unmarked)).toBeUndefined();
    }
  });

  it('is one of its own name only', () => {
    expect(OPEN.of(a)).toBeUndefined();
    expect(new RouteMark<number>('limit').of(a)).toBe(0);
  });
});
