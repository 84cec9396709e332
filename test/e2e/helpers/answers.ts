import { expect } from '@jest/globals';

/** A response as it came over the wire: one of supertest, or of a raw socket. */
export interface ReceivedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface FailureBody {
  readonly success: false;
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly timestamp: string;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const REQUEST_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
/** What only the inside of the service says: stacks, SQL, and the words of parsers. */
const INSIDE =
  /\n\s+at |node_modules|\.[jt]s\b|\b(SELECT|INSERT|UPDATE|DELETE FROM|ON CONFLICT)\b|QueryFailed|SQLSTATE|SyntaxError|TypeError|RangeError|Unexpected token|at position|HPE_|ERR_|ECONN|zlib|incorrect header check|relation "|typeorm|postgres|express/;

/** Checks the whole failure envelope and its headers. Returns the body for what is special in it. */
export function expectFailure(response: ReceivedResponse, status: number, code: string): FailureBody {
  expect(response.text).toMatch(/^\{"success":false,/);
  const body = JSON.parse(response.text) as FailureBody;
  expect({ status: response.status, code: body.code }).toEqual({ status, code });
  const { details, ...rest } = body;
  expect(rest).toEqual({
    success: false,
    code,
    message: expect.stringMatching(/\S/),
    timestamp: expect.stringMatching(INSTANT),
  });
  if (details !== undefined) expect(Object.keys(details)).not.toHaveLength(0);
  expect(response.text).not.toMatch(INSIDE);
  expect(response.headers['content-length']).toBe(String(Buffer.byteLength(response.text)));
  expectJsonHeaders(response);
  return body;
}

/** A 400 that names exactly these fields, each with a list of messages. */
export function expectInvalid(response: ReceivedResponse, ...fields: string[]): FailureBody {
  const body = expectFailure(response, 400, 'VALIDATION_ERROR');
  expect(Object.keys(body.details ?? {}).sort()).toEqual([...fields].sort());
  for (const problems of Object.values(body.details ?? {})) {
    expect(problems).toEqual(expect.arrayContaining([expect.stringMatching(/\S/)]));
  }
  return body;
}

/** Checks the success envelope around some data, and its headers. */
export function expectSuccess(response: ReceivedResponse, status: number): void {
  expect({ status: response.status, text: response.text }).toEqual({
    status,
    text: expect.stringMatching(/^\{"success":true,"data":.*,"timestamp":"[^"]+"\}$/s),
  });
  expectJsonHeaders(response);
}

export function expectJsonHeaders(response: ReceivedResponse): void {
  expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(response.headers['x-request-id']).toEqual(expect.stringMatching(REQUEST_ID));
  expect(response.headers).not.toHaveProperty('x-powered-by');
}

/** For supertest's `serialize`: the bytes of a Buffer go out as they are. */
export const asTheyAre = (bytes: unknown): string => bytes as string;
