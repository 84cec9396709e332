import { Inject, Logger, Post, Req, type BeforeApplicationShutdown } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { invalidField } from '../../../libs/kernel/input-error.ts';
import { Responds, BODY_FAILURES, Fails, ServerController } from '../../platform/http/docs/api-docs.ts';
import { bodyStream } from '../../platform/http/request/body-stream.ts';
import { allowLongWork, inFlightRequestOf, setSummary } from '../../platform/http/request/in-flight-request.ts';
import { Costly, tooManyCostlyRequests } from '../../platform/http/rate-limit/costly-requests.ts';
import { Costs } from '../../platform/http/rate-limit/costs.ts';
import { CurrentCaller, type Caller } from '../../platform/http/request/caller.ts';
import { Needs } from '../../platform/http/request/needs.ts';
import { TakesNoQuery } from '../../platform/http/request/takes-no-query.ts';
import { EventCounts } from './event-counts.ts';
import { unsupportedMediaType } from '../../platform/http/errors/http-error.ts';
import { HTTP_LIMITS, type HttpLimits } from '../../platform/http/request/http-limits.ts';
import { requireUtf8 } from '../../platform/http/request/read-body.ts';
import { StreamLimits, tooManyStreams, tooManyStreamsOfKey } from '../../platform/http/request/stream-limits.ts';
import { SuccessResponse } from '../../platform/http/response/success-response.ts';
import { EventImport } from '../application/event-import.ts';
import { importStopped } from '../domain/customer-events-error.ts';
import { EventImportResponse, ImportReport } from './event-import.response.ts';
import type { ImportLine } from '../application/import-tally.ts';
import { eventLines, type EventLine } from '../input/event-lines.ts';
import { ndjsonText } from '../input/ndjson-text.ts';
import { refuseIdempotencyKey } from './idempotency-key.param.ts';

/** A chunk of lines that is read and two that are written, as text, as drafts and as rows: measured. */
const IMPORT_BYTES = 8_388_608;

const NDJSON = 'application/x-ndjson';
const NDJSON_MEDIA_TYPE = /^application\/x-ndjson\s*(?:;|$)/i;

const TWO_LINES =
  '{"customerExternalId":"user_42","type":"order.placed","payload":{"orderId":"1042","total":99.9},"occurredAt":"2024-04-18T10:00:00Z","eventId":"order-1042-placed"}\n' +
  '{"customerExternalId":"user_42","type":"order.shipped","payload":{"orderId":"1042"},"occurredAt":"2024-04-20T08:30:00Z","eventId":"order-1042-shipped"}\n';

@ServerController('customer-events/import', 'Customer events')
export class EventImportController implements BeforeApplicationShutdown {
  private readonly logger = new Logger(EventImportController.name);
  private readonly stopping = new AbortController();

  constructor(
    private readonly imports: EventImport,
    private readonly eventCounts: EventCounts,
    private readonly streams: StreamLimits,
    @Inject(HTTP_LIMITS) private readonly limits: HttpLimits,
  ) {}

  /** Imports are ended after the chunk that is being written; other requests are short enough to be waited for. */
  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  @Post()
  @TakesNoQuery()
  @Needs('events:write')
  @Costs(50)
  @Costly()
  @ApiOperation({
    summary: 'Import history: any number of events, a line each',
    description:
      'NDJSON (one JSON object a line, LF or CRLF; or a JSON array, whose elements are its lines), plain or gzip, read as a stream and no faster than it is written. ' +
      'A line is an event as in POST /customer-events; a bad one is rejected and does not stop the rest; blank lines are skipped. ' +
      'What is counted as created is committed. Lines are committed in chunks, in their order: where the import breaks off, ' +
      'what was committed stays, and with eventIds the same file can be sent again. While the database is away or locked, a chunk is tried again for up to 30 s (IMPORT_RETRY_MS). A 503 (or 408) tells in its details how far it came: ' +
      'throughLine and the counts; so does the 401 that ends it where the key is revoked or expires meanwhile. The rate limit does not count the lines of an import.',
  })
  @ApiConsumes(NDJSON)
  @ApiBody({ required: true, schema: { type: 'string', format: 'binary', example: TWO_LINES } })
  @Responds(200, EventImportResponse, 'All lines were read; those that are not rejected are committed.')
  @Fails(...BODY_FAILURES, tooManyStreams, tooManyStreamsOfKey, tooManyCostlyRequests)
  async importEvents(@CurrentCaller() caller: Caller, @Req() request: Request): Promise<SuccessResponse> {
    // Waiting for the sender has a limit of its own; writing the lines may take longer than a connection may be idle.
    allowLongWork(request);
    refuseIdempotencyKey(request);
    requireNdjson(request.headers['content-type']);
    const response = request.res as Response;
    this.streams.open(caller, response, IMPORT_BYTES);
    const report = new ImportReport();
    try {
      const text = ndjsonText(bodyStream(request, this.limits.requestIdleMs), (sentence) =>
        invalidField('body', sentence),
      );
      const lines = withoutSources(eventLines(text, this.limits));
      const finished = await this.imports.run(caller.app, lines, report, {
        signal: this.stopping.signal,
        requireStillAllowed: caller.requireStillAllowed,
        onChunk: (rejected) => report.note(rejected),
      });
      if (!finished) throw importStopped();
    } catch (error) {
      this.tellOfBreakOff(caller, response, report);
      throw withProgress(error, report);
    } finally {
      this.eventCounts.add(caller.app.slug, 'import', report);
      setSummary(response, report.rejections.summary(report));
    }
    return new SuccessResponse(200, report.response());
  }

  /** Where the client has gone away, the line of the request is written by now, without what was committed since. */
  private tellOfBreakOff({ app }: Caller, response: Response, report: ImportReport): void {
    const { throughLine, created, replayed, rejected } = report;
    const id = inFlightRequestOf(response)?.id;
    this.logger.warn({ msg: 'an import broke off', id, app: app.slug, throughLine, created, replayed, rejected });
  }
}

/** Each would keep the whole chunk alive in which it came. */
async function* withoutSources(groups: AsyncIterable<readonly EventLine[]>): AsyncGenerator<ImportLine[], void> {
  for await (const group of groups) {
    yield group.map(({ number, sourceBytes, draft }) => ({ number, sourceBytes, draft }));
  }
}

function requireNdjson(contentType: string | undefined): void {
  if (contentType === undefined || !NDJSON_MEDIA_TYPE.test(contentType)) {
    throw unsupportedMediaType(`The body must be NDJSON, one event a line, with Content-Type: ${NDJSON}`);
  }
  requireUtf8(contentType);
}

const AFTER: Readonly<Record<ImportReport['afterThroughLine']['stored'], string>> = {
  none: 'nothing after it is stored',
  some: 'of those after it some are stored',
  unknown: 'those after it may be stored',
};

/** A refusal that came in the middle tells how far the import came; the details of a 400 are about fields only. */
function withProgress(error: unknown, report: ImportReport): unknown {
  if (!(error instanceof DomainError)) return error;
  const { throughLine, lines, created, replayed, rejected } = report;
  return new DomainError(error.kind, error.code, {
    message: `${error.message}. All lines up to line ${throughLine} are settled; ${AFTER[report.afterThroughLine.stored]}`,
    details:
      error.kind === 'invalid' ? error.details : { ...error.details, throughLine, lines, created, replayed, rejected },
    cause: error.cause,
  });
}
