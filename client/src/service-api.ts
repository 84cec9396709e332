/* Made from docs/openapi.json by `npm run openapi`; do not edit. */

export interface paths {
    "/api/v1/auth/whoami": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whose key is this?
         * @description Shows that a key is accepted, without reading or changing anything.
         */
        get: operations["whoami"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/embed/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a session by which a page can read one customer
         * @description For the frame in a help desk. The session reads this one customer, and nothing else. It ends when it expires and is not renewed, when it is ended, when the key that made it is revoked or expires, and when the customer is erased. The key needs the scope `sessions:create`.
         */
        post: operations["createEmbedSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/embed/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a session
         * @description No instance lets it in ten seconds later. The key needs the scope `sessions:create`.
         */
        delete: operations["endEmbedSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/embed/api/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Prolong this session
         * @description By its ttl from now, up to `renewableUntil`; never by less than it had. The token stays the same.
         */
        post: operations["renewEmbedSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read who did what: keys, exports, erasures, reads; the newest first
         * @description Entries of the app of the key only. They name no customer: `customer` is a pseudonym, and there is no payload, address, external id or key in them. Reads are recorded within about a second: what keys have read as `customer.read.bulk`, one entry per key and hour whose `count` of requests rises during the hour. With `Accept: application/x-ndjson` all entries come as a stream, one a line. The key needs the scope `audit:read`.
         */
        get: operations["listAuditEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customer-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Record an event on the timeline of its customer
         * @description A 201 is sent only after the event is committed. With an eventId the call is safe to retry. The key needs the scope `events:write`.
         */
        post: operations["recordEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customer-events/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Record up to 500 events, with a result for each
         * @description Results come in the order of the request; a rejected event does not affect the others. All are written in one transaction: after a 5xx nothing is stored, unless the connection broke during the commit; with eventIds the batch is safe to send again in any case. At most 8 MiB after decompression (gzip). The key needs the scope `events:write`.
         */
        post: operations["recordEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customer-events/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import history: any number of events, a line each
         * @description NDJSON (one JSON object a line, LF or CRLF; or a JSON array, whose elements are its lines), plain or gzip, read as a stream and no faster than it is written. A line is an event as in POST /customer-events; a bad one is rejected and does not stop the rest; blank lines are skipped. What is counted as created is committed. Lines are committed in chunks, in their order: where the import breaks off, what was committed stays, and with eventIds the same file can be sent again. While the database is away or locked, a chunk is tried again for up to 30 s (IMPORT_RETRY_MS). A 503 (or 408) tells in its details how far it came: throughLine and the counts; so does the 401 that ends it where the key is revoked or expires meanwhile. The rate limit does not count the lines of an import. The key needs the scope `events:write`.
         */
        post: operations["importEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{externalId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a customer
         * @description The key needs the scope `customers:read`.
         */
        get: operations["getCustomer"];
        put?: never;
        post?: never;
        /**
         * Erase a customer and its events
         * @description For good: after the response no read finds them. Of an eventId a hash stays, so that an event sent again is refused with EVENT_ERASED even if the customer is created anew. A long history is erased in parts; if the request breaks off, send it again. The key needs the scope `events:erase`.
         */
        delete: operations["eraseCustomer"];
        options?: never;
        head?: never;
        /**
         * Create or change a customer
         * @description Only the fields that are given change. The key needs the scope `customers:write`.
         */
        patch: operations["upsertCustomer"];
        trace?: never;
    };
    "/api/v1/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find a customer by its e-mail address, or list customers
         * @description With `email`: none or one customer, and 200 in both cases. Otherwise a page of customers, the newest first by (createdAt, id), or with `externalIdPrefix` in the order of their external ids. A customer that is there during the whole walk comes exactly once, whatever is created or erased meanwhile. A page ends after 2 MiB. In a database that is distributed to several nodes a list asks all of them, and `email` two. The key needs the scope `customers:read`.
         */
        get: operations["findCustomers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{externalId}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the events of a customer, page by page
         * @description Exact: an event that is there during the whole walk comes exactly once, whatever is inserted or erased meanwhile. A page may come back shorter than `limit`, even empty, with a `nextCursor`: it ends after 2 MiB, displays counted, and a filter that matches little ends after 20,000 events were looked at. Only `nextCursor: null` is the end. The key needs the scope `timeline:read`.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{externalId}/events/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count the events of a customer by type
         * @description The type with the latest event comes first. The key needs the scope `timeline:read`.
         */
        get: operations["getEventSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{externalId}/events/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read all events of a customer as a stream, the oldest first
         * @description One event a line, as in a page. A response that broke off has no end (the last chunk is missing), which HTTP clients report as an error. It breaks off, too, where the key is revoked or expires meanwhile. The key needs the scope `timeline:read`.
         */
        get: operations["exportEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{externalId}/events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read one event
         * @description The key needs the scope `timeline:read`.
         */
        get: operations["getEvent"];
        put?: never;
        post?: never;
        /**
         * Erase one event
         * @description For good: if it had an eventId, sending it again is refused with EVENT_ERASED. The key needs the scope `events:erase`.
         */
        delete: operations["eraseEvent"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{externalId}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the timeline of a customer as it is shown to people
         * @description Events with their displays. Neighbours of one type, and neighbours of quiet types, are one entry from three on; a fold ends at midnight of `tz`, at the instant `at`, and where a request has looked at 5,000 events. Of types that are left out it passes over 60,000 at most, so a page may be empty and go on. The name of the customer is in titles only for a key with `customers:read`. The key needs the scope `timeline:read`.
         */
        get: operations["listTimelineEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{externalId}/context": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What had happened to a customer when a ticket was opened
         * @description For the agent, or the tool, that answers the ticket: deterministic, and at most 16 KiB. What there is no room for is counted where it is missing. Warnings and errors of the window stand first, and what is of little interest by the rules of its type gives way first. With `Accept: text/markdown` it is a short note, without what the rules mask; a key with `customers:read` has the name and the plan of the customer in it. The key needs the scope `timeline:read`.
         */
        get: operations["getTicketContext"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/embed/api/head": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what stands above the timeline
         * @description The customer, the session, recent warnings and errors, and the types of events that there are.
         */
        get: operations["getEmbedHead"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/embed/api/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the timeline of the customer as entries
         * @description Neighbours of one type, and neighbours of quiet types, are one entry from three on. A fold ends at midnight of `tz`, at the instant of the ticket, and where a request has looked at 5,000 events. Of types that are left out it passes over 60,000 at most, so a page may be empty and go on.
         */
        get: operations["listEmbedEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/embed/api/days": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count the events of each day
         * @description In a time zone, at most 366 days at once.
         */
        get: operations["listEmbedDays"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/embed/api/events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read one event of the customer
         * @description With its payload as a text; without what the rules mask, if the session is a masked one.
         */
        get: operations["getEmbedEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/event-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the event types that were seen, and the rules for their display
         * @description A type is listed within 5 s after its first event, through whatever channel it came. The ETag is that of the rules; the types in the list have no part in it. The key needs the scope `timeline:read`.
         */
        get: operations["listEventTypes"];
        /**
         * Replace all rules for the display of event types
         * @description In one transaction. At most 5,000 rules in a body of 1 MiB. No event changes. The key needs the scope `event-types:write`.
         */
        put: operations["replaceDisplayRules"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/event-types/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try how a rule would display an event
         * @description As if its type had this rule of its own; what the rule leaves out comes from the other rules. Nothing is written. The name of the customer is shown to keys with customers:read. The key needs the scope `timeline:read`.
         */
        post: operations["previewDisplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/event-types/{type}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the rule for an event type or prefix
         * @description The key needs the scope `timeline:read`.
         */
        get: operations["getDisplayRule"];
        /**
         * Say how events of a type, or of all types that begin alike, are displayed
         * @description Field by field the rule of the exact type counts, then the longest prefix, then `*`, then the built-in one. A change is seen everywhere within 10 s. No event changes. The key needs the scope `event-types:write`.
         */
        put: operations["putDisplayRule"];
        post?: never;
        /**
         * Delete the rule for an event type or prefix
         * @description No event changes. The key needs the scope `event-types:write`.
         */
        delete: operations["deleteDisplayRule"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is the process alive?
         * @description Never touches the database.
         */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Should requests be sent here?
         * @description The database responds within a second, its schema is up to date, its sessions have the settings that they must have, and the service is not shutting down.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the service does, for Prometheus
         * @description METRICS_ENABLED=false takes it away.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Whoami: {
            /** @example cmn1c0d2e0000r8ta5x7y3z9b */
            appId: string;
            /** @example acme */
            slug: string;
            /** @example Acme */
            name: string;
            /** @enum {string} */
            keyType: "agent";
        };
        WhoamiEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["Whoami"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        CreatedEmbedSession: {
            /**
             * Format: date-time
             * @example 2026-04-18T10:15:00Z
             */
            expiresAt: string;
            /**
             * Format: date-time
             * @description After it no renewal helps.
             * @example 2026-04-18T18:00:00Z
             */
            renewableUntil: string;
            /**
             * @description Opaque.
             * @example cmo4a7r2v0003k9qwz5t8n1yc
             */
            id: string;
            /**
             * @description Shown this once. It belongs into the fragment of the URL, and never into a query.
             * @example es_7Kq2ZtVw9XbRm4LpYc8HsJd3NfGh6TvBeQaUyWxCz1Mk5PiS
             */
            token: string;
            /**
             * @description By what the customer was found; an address proves nothing of who wrote the ticket.
             * @enum {string}
             */
            matchedBy: "externalId" | "email";
            /**
             * @description The page for the frame: the public key of the app in the query, the token in the fragment.
             * @example https://events.example.com/embed/timeline?k=pk_live_…#t=es_7Kq2ZtVw9XbRm4LpYc8HsJd3NfGh6TvBeQaUyWxCz1Mk5PiS
             */
            url: string;
        };
        CreatedEmbedSessionEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["CreatedEmbedSession"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        EmbedViewerRequest: {
            /**
             * @description Your own id of the person who looks. It stands in the audit; one with an @ in it may be an e-mail address, and stands there as a pseudonym, the same each time. GET /embed/api/head gives it as it is.
             * @example agent_7
             */
            id: string;
            /** @example Grace Hopper */
            name?: string | null;
        };
        EmbedSessionRequest: {
            /**
             * @description Your own id of the customer. Either this or email is given.
             * @example user_42
             */
            customerExternalId?: string | null;
            /**
             * Format: email
             * @description The address of the customer, in any case of its letters. It proves nothing of who wrote.
             * @example ada@example.com
             */
            email?: string | null;
            /** @description When the ticket was opened: an existing date YYYY-MM-DD (midnight UTC) or date and time YYYY-MM-DDTHH:MM[:SS[.fraction]] followed by Z, by an offset +HH:MM or -HH:MM, or by nothing (UTC), in the years 0001 to 9999 and without leap seconds, for example 2026-04-18T10:00:00Z. */
            at?: string | null;
            /** @description Who looks. */
            viewer?: components["schemas"]["EmbedViewerRequest"] | null;
            /**
             * @description An ISO 8601 duration from PT1M to PT1H: how long the token is good, and by how much a renewal moves that.
             * @default PT15M
             */
            ttl?: string | null;
            /**
             * @description An ISO 8601 duration from PT1M to PT24H, after which no renewal helps.
             * @default PT8H
             */
            maxAge?: string | null;
            /** @description Only events of these types, or beginnings of types such as `order.*`. Left out: of all. */
            types?: string[] | null;
            /**
             * @description Payloads come without what the rules of the app mask.
             * @default false
             */
            masked?: boolean | null;
            /**
             * @description A language tag (BCP 47).
             * @example de-DE
             */
            locale?: string | null;
            /**
             * @description Of the IANA time zone database.
             * @example Europe/Berlin
             */
            timeZone?: string | null;
            /**
             * @description A template of your own links to an event, with {customerExternalId} and {eventId}.
             * @example https://desk.example/c/{customerExternalId}?e={eventId}
             */
            eventLink?: string | null;
        };
        EndedEmbedSession: {
            /** @example cmo4a7r2v0003k9qwz5t8n1yc */
            id: string;
            /**
             * Format: date-time
             * @example 2026-04-18T10:05:00Z
             */
            revokedAt: string;
        };
        EndedEmbedSessionEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["EndedEmbedSession"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        RenewedEmbedSession: {
            /**
             * Format: date-time
             * @example 2026-04-18T10:15:00Z
             */
            expiresAt: string;
            /**
             * Format: date-time
             * @description After it no renewal helps.
             * @example 2026-04-18T18:00:00Z
             */
            renewableUntil: string;
        };
        RenewedEmbedSessionEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["RenewedEmbedSession"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        AuditActor: {
            /**
             * @description Who did it: a key, an embed session, an operator, or the service.
             * @enum {string}
             */
            kind: "key" | "session" | "operator" | "service";
            /**
             * @description The id of the key or session; of an operator its account and machine; of the service what in it.
             * @example cmn1c1f4g0001r8ta2w6v8u0p
             */
            id: string;
        };
        AuditEntry: {
            /**
             * @description Opaque.
             * @example c1tr4v07k00m5x2q9p8w0z1ab
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was done; of customer.read.bulk when the hour began.
             * @example 2026-04-18T10:00:00.500Z
             */
            at: string;
            actor: components["schemas"]["AuditActor"];
            /**
             * @example customer.erased
             * @enum {string}
             */
            action: "app.created" | "app.changed" | "app.suspended" | "app.resumed" | "app.exported" | "app.deleted" | "key.created" | "key.changed" | "key.rotated" | "key.revoked" | "customer.exported" | "customer.history_erased" | "customer.erased" | "event.erased" | "timeline.exported" | "retention.changed" | "events.purged" | "origins.set" | "session.created" | "session.revoked" | "timeline.viewed" | "customer.read.bulk" | "event-types.changed";
            /**
             * @description A pseudonym of the customer; `customerExternalId` finds its entries.
             * @example 1f0a9c3e.6f1e0f4f5a3b4c2d8e7f6a5b4c3d2e1f
             */
            customer: string | null;
            /** @description What else it was done to: the id of a key, a pseudonym of an event. */
            subject: string | null;
            /**
             * @description How many, where it was done to more than one: events, or for customer.read.bulk requests.
             * @example 12
             */
            count: number | null;
            /** @description What was set, by the names of the settings. */
            details: {
                [key: string]: string | null;
            } | null;
            /** @description The X-Request-Id of the request that did it. */
            requestId: string | null;
        };
        AuditPage: {
            entries: components["schemas"]["AuditEntry"][];
            /** @description Give it as `cursor` for the next page; null at the end. */
            nextCursor: string | null;
        };
        AuditPageEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["AuditPage"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        CustomerEvent: {
            /**
             * @description Opaque.
             * @example cmo4a6nb40000xqbp1v5k2h8d
             */
            id: string;
            /**
             * @description Opaque.
             * @example c2k0pm1f6y8z3v5t7x9w1q2r3
             */
            customerId: string;
            /** @example order.placed */
            type: string;
            /**
             * @description Value for value what was sent.
             * @example {
             *       "orderId": "1042",
             *       "total": 99.9
             *     }
             */
            payload: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @description RFC 3339 in UTC, up to microseconds, the fraction only as long as it needs to be.
             * @example 2026-04-18T10:00:00Z
             */
            occurredAt: string;
            /**
             * Format: date-time
             * @example 2026-04-18T10:00:01.234Z
             */
            createdAt: string;
            /**
             * @description Where one was sent.
             * @example order-1042-placed
             */
            eventId?: string;
        };
        CustomerEventEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["CustomerEvent"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        CustomerEventRequest: {
            /**
             * @description Your own id of the customer. The customer must exist (PATCH /customers/{externalId}).
             * @example user_42
             */
            customerExternalId: string;
            /**
             * @description What happened.
             * @example order.placed
             */
            type: string;
            /**
             * @description Free-form JSON object, stored and given back value for value: integers of any length, decimals of any precision, any key. At most 64 KiB (settable) and 100 levels deep. Duplicate keys are kept as sent; where two payloads are compared, the last one counts.
             * @default {}
             */
            payload?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description When it happened: an existing date YYYY-MM-DD (midnight UTC) or date and time YYYY-MM-DDTHH:MM[:SS[.fraction]] followed by Z, by an offset +HH:MM or -HH:MM, or by nothing (UTC), in the years 0001 to 9999 and without leap seconds, for example 2026-04-18T10:00:00Z. Without an offset it is UTC. Default: now. The past is welcome. Microseconds are kept, finer fractions are cut off.
             * @example 2026-04-18T10:00:00Z
             */
            occurredAt?: string | null;
            /**
             * @description Your own id of the event, which makes the call safe to retry: unique per customer for as long as the event lives.
             * @example order-1042-placed
             */
            eventId?: string | null;
        };
        CreatedEventResult: {
            /** @description The place of the event in the request, from 0. */
            index: number;
            /**
             * @description The event is committed. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            status: "created";
            event: components["schemas"]["CustomerEvent"];
        };
        ReplayedEventResult: {
            /** @description The place of the event in the request, from 0. */
            index: number;
            /**
             * @description The event was committed before, under the same eventId. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            status: "replayed";
            event: components["schemas"]["CustomerEvent"];
        };
        /**
         * @description Stable; what programs branch on. New ones may be added.
         * @enum {string}
         */
        ErrorCode: "AUTH_API_KEY_EXPIRED" | "AUTH_API_KEY_FORBIDDEN" | "AUTH_API_KEY_INVALID" | "AUTH_API_KEY_MISSING" | "CUSTOMER_EMAIL_EXISTS" | "CUSTOMER_NOT_FOUND" | "EMBED_APP_UNKNOWN" | "EMBED_SESSION_EXPIRED" | "EMBED_SESSION_INVALID" | "EMBED_WRONG_APP" | "EVENT_ERASED" | "EVENT_ID_CONFLICT" | "INTERNAL_ERROR" | "METHOD_NOT_ALLOWED" | "NOT_FOUND" | "PAYLOAD_TOO_LARGE" | "PRECONDITION_FAILED" | "REQUEST_TIMEOUT" | "SERVICE_UNAVAILABLE" | "TOO_MANY_REQUESTS" | "UNSUPPORTED_MEDIA_TYPE" | "VALIDATION_ERROR";
        RejectedEventResult: {
            /** @description The place of the event in the request, from 0. */
            index: number;
            /**
             * @description Nothing of the event is stored. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            status: "rejected";
            /** @example CUSTOMER_NOT_FOUND */
            code: components["schemas"]["ErrorCode"];
            /** @description For people; may change. */
            message: string;
            /** @description As in a failure. */
            details?: {
                [key: string]: unknown;
            };
        };
        EventResult: components["schemas"]["CreatedEventResult"] | components["schemas"]["ReplayedEventResult"] | components["schemas"]["RejectedEventResult"];
        EventBatchResult: {
            created: number;
            replayed: number;
            rejected: number;
            /** @description One for each event, in the order of the request. */
            results: components["schemas"]["EventResult"][];
        };
        EventBatchResultEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["EventBatchResult"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        EventBatchRequest: {
            events: components["schemas"]["CustomerEventRequest"][];
        };
        RejectedLine: {
            /**
             * @description The number of the line, from 1, blank lines included.
             * @example 3
             */
            line: number;
            /** @example CUSTOMER_NOT_FOUND */
            code: components["schemas"]["ErrorCode"];
            /** @description For people; may change. */
            message: string;
            /** @description As in a failure. */
            details?: {
                [key: string]: unknown;
            };
        };
        EventImportResult: {
            /**
             * @description Lines that held something: created + replayed + rejected.
             * @example 1000
             */
            lines: number;
            /**
             * @description Events that are committed now.
             * @example 997
             */
            created: number;
            /**
             * @description Events that were committed before, under the same eventId.
             * @example 0
             */
            replayed: number;
            /** @example 3 */
            rejected: number;
            /** @description The first of the rejected lines, in their order. */
            errors: components["schemas"]["RejectedLine"][];
        };
        EventImportResultEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["EventImportResult"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        Customer: {
            /**
             * @description Opaque.
             * @example c2k0pm1f6y8z3v5t7x9w1q2r3
             */
            id: string;
            /** @example user_42 */
            externalId: string;
            /** @example ada@example.com */
            email: string;
            /** @example Ada Lovelace */
            name: string;
            /** @example +44 20 7946 0000 */
            phone: string | null;
            /** @example https://example.com/ada.png */
            avatarUrl: string | null;
            /**
             * @example {
             *       "plan": "pro"
             *     }
             */
            metadata: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @example 2026-04-18T10:00:00.5Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-04-18T10:00:00.5Z
             */
            updatedAt: string;
        };
        CustomerEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["Customer"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        CustomerRequest: {
            /**
             * Format: email
             * @description Unique per app, without regard to case. Required to create a customer.
             * @example ada@example.com
             */
            email?: string | null;
            /**
             * @description Required to create a customer.
             * @example Ada Lovelace
             */
            name?: string | null;
            /**
             * @description null clears it.
             * @example +44 20 7946 0000
             */
            phone?: string | null;
            /**
             * @description An http or https URL; null clears it.
             * @example https://example.com/ada.png
             */
            avatarUrl?: string | null;
            /** @description Free-form JSON object, kept like the payload of an event; it replaces the present one as a whole. */
            metadata?: {
                [key: string]: unknown;
            } | null;
        };
        ErasedEvents: {
            /**
             * @description How many events were erased.
             * @example 12
             */
            deletedEvents: number;
        };
        ErasedEventsEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["ErasedEvents"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        CustomerPage: {
            customers: components["schemas"]["Customer"][];
            /** @description Give it as `cursor` for the next page, however short this one is; null at the end. Absent where an e-mail address was looked for. */
            nextCursor?: string | null;
        };
        CustomerPageEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["CustomerPage"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        /**
         * @description How serious an event is.
         * @enum {string}
         */
        Severity: "info" | "success" | "warning" | "error";
        DisplayField: {
            /** @example Total */
            label: string;
            /** @example €99.90 */
            value: string;
        };
        EventDisplay: {
            /**
             * @description One line of plain text.
             * @example Order 1042 placed
             */
            title: string;
            /** @example info */
            severity: components["schemas"]["Severity"];
            /**
             * @description The name of an icon.
             * @example shopping-cart
             */
            icon: string | null;
            /**
             * @description An http or https link; null: none.
             * @example https://shop.example/orders/1042
             */
            url: string | null;
            fields: components["schemas"]["DisplayField"][];
            /**
             * @description Of little interest.
             * @example false
             */
            quiet: boolean;
            /**
             * @description Not to be shown unless it is asked for.
             * @example false
             */
            hidden: boolean;
        };
        TimelineEvent: {
            /**
             * @description Opaque.
             * @example cmo4a6nb40000xqbp1v5k2h8d
             */
            id: string;
            /**
             * @description Opaque.
             * @example c2k0pm1f6y8z3v5t7x9w1q2r3
             */
            customerId: string;
            /** @example order.placed */
            type: string;
            /**
             * @description Value for value what was sent.
             * @example {
             *       "orderId": "1042",
             *       "total": 99.9
             *     }
             */
            payload: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @description RFC 3339 in UTC, up to microseconds, the fraction only as long as it needs to be.
             * @example 2026-04-18T10:00:00Z
             */
            occurredAt: string;
            /**
             * Format: date-time
             * @example 2026-04-18T10:00:01.234Z
             */
            createdAt: string;
            /**
             * @description Where one was sent.
             * @example order-1042-placed
             */
            eventId?: string;
            /** @description With `display=true` alone. */
            display?: components["schemas"]["EventDisplay"];
        };
        TimelinePage: {
            events: components["schemas"]["TimelineEvent"][];
            /** @description Give it as `cursor` for the next page, however short this one is; null at the end. */
            nextCursor: string | null;
        };
        TimelinePageEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["TimelinePage"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        TypeSummary: {
            /** @example order.placed */
            type: string;
            /** @example 3 */
            count: number;
            /**
             * Format: date-time
             * @example 2026-01-05T08:30:00Z
             */
            firstOccurredAt: string;
            /**
             * Format: date-time
             * @example 2026-04-18T10:00:00Z
             */
            lastOccurredAt: string;
        };
        TimelineSummary: {
            /** @example 3 */
            total: number;
            /**
             * Format: date-time
             * @description null where there is no event.
             * @example 2026-01-05T08:30:00Z
             */
            firstOccurredAt: string | null;
            /**
             * Format: date-time
             * @example 2026-04-18T10:00:00Z
             */
            lastOccurredAt: string | null;
            /** @description The type with the latest event first, then by name. */
            types: components["schemas"]["TypeSummary"][];
        };
        TimelineSummaryEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["TimelineSummary"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        TimelineEventEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["TimelineEvent"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        EventEntry: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "event";
            /** @example cmo4a6nb40000xqbp1v5k2h8d */
            id: string;
            /** @example order.placed */
            type: string;
            /**
             * Format: date-time
             * @example 2026-04-18T10:00:00Z
             */
            occurredAt: string;
            /**
             * Format: date-time
             * @example 2026-04-18T10:00:00.12Z
             */
            createdAt: string;
            display: components["schemas"]["EventDisplay"];
            /**
             * @description Of the JSON of the payload, which is read by itself.
             * @example 31
             */
            payloadBytes: number;
        };
        RunEntry: {
            /**
             * @description How many events.
             * @example 12
             */
            count: number;
            /**
             * Format: date-time
             * @description Of the oldest of them.
             * @example 2026-04-18T10:00:00Z
             */
            first: string;
            /**
             * Format: date-time
             * @description Of the newest of them.
             * @example 2026-04-18T11:30:00Z
             */
            last: string;
            /** @description Opens it: give it as `within`. */
            cursor: string;
            /**
             * @description No more events could be looked at here: older neighbours may follow on the next page.
             * @enum {boolean}
             */
            more?: true;
            /**
             * @description Neighbours of one type. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            kind: "run";
            /** @example order.placed */
            type: string;
            /** @description Of the type, without anything of a payload. */
            display: components["schemas"]["EventDisplay"];
        };
        QuietType: {
            /** @example page.viewed */
            type: string;
            /** @example Page viewed */
            title: string;
            /** @example 9 */
            count: number;
        };
        QuietEntry: {
            /**
             * @description How many events.
             * @example 12
             */
            count: number;
            /**
             * Format: date-time
             * @description Of the oldest of them.
             * @example 2026-04-18T10:00:00Z
             */
            first: string;
            /**
             * Format: date-time
             * @description Of the newest of them.
             * @example 2026-04-18T11:30:00Z
             */
            last: string;
            /** @description Opens it: give it as `within`. */
            cursor: string;
            /**
             * @description No more events could be looked at here: older neighbours may follow on the next page.
             * @enum {boolean}
             */
            more?: true;
            /**
             * @description Neighbours of types of little interest. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            kind: "quiet";
            /** @description The most frequent first, then by name. */
            types: components["schemas"]["QuietType"][];
        };
        TimelineEntry: components["schemas"]["EventEntry"] | components["schemas"]["RunEntry"] | components["schemas"]["QuietEntry"];
        EntriesPage: {
            /** @description The newest first, whatever the direction. There may be none although there is a cursor. */
            entries: components["schemas"]["TimelineEntry"][];
            /** @description Goes on with what is older; null at the end. */
            older: string | null;
            /** @description With `dir=newer`, goes on with what is newer; null: there is nothing newer now. */
            newer: string | null;
            /**
             * @description How many events were looked at, without those that were passed over by their type.
             * @example 50
             */
            scanned: number;
            /**
             * Format: date-time
             * @description How far; null: to the end of the timeline.
             */
            scannedTo: string | null;
        };
        EntriesPageEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["EntriesPage"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        EventOutline: {
            /**
             * @description Opaque.
             * @example cmo4a6nb40000xqbp1v5k2h8d
             */
            id: string;
            /**
             * @description Opaque.
             * @example c2k0pm1f6y8z3v5t7x9w1q2r3
             */
            customerId: string;
            /** @example order.placed */
            type: string;
            /**
             * @description By the rules of the type, or its name with spaces.
             * @example Order placed
             */
            title: string;
            /**
             * Format: date-time
             * @example 2026-04-18T10:00:00Z
             */
            occurredAt: string;
            /**
             * Format: date-time
             * @example 2026-04-18T10:00:01.234Z
             */
            createdAt: string;
            /**
             * @description Where one was sent.
             * @example order-1042-placed
             */
            eventId?: string;
            /**
             * @description How large the payload is that is left out.
             * @example 17892
             */
            payloadBytes: number;
            /**
             * @description By this it is told from a whole event.
             * @enum {boolean}
             */
            payloadLeftOut: true;
            /** @description With `display=true` alone; without url and fields. */
            display?: components["schemas"]["EventDisplay"];
        };
        ContextCustomer: {
            /** @example user_42 */
            externalId: string;
            /** @example Ada Lovelace */
            name: string;
            /**
             * @description `plan` of the customer's metadata, where that is a string or a number, cut to 100 characters; otherwise null.
             * @example Pro
             */
            plan: string | null;
        };
        Attention: {
            /** @example payment.failed */
            type: string;
            /** @example Payment failed */
            title: string;
            /**
             * @description How many there are in the window.
             * @example 3
             */
            count: number;
            /**
             * Format: date-time
             * @description When the latest of them occurred.
             * @example 2026-04-18T08:02:00Z
             */
            last: string;
            /**
             * @description Of the latest of them, which is among `events`.
             * @example cmo4a6nb40000xqbp1v5k2h8d
             */
            id: string;
        };
        TypeCount: {
            /** @example page.viewed */
            type: string;
            /** @example 9 */
            count: number;
        };
        Omission: {
            /** @description The id of the event in `events` behind which they would stand; null: before all. */
            after: string | null;
            /** @description The id of the event in `events` before which they would stand; null: behind all. */
            before: string | null;
            /**
             * @description How many are left out here.
             * @example 12
             */
            count: number;
            /** @description The most frequent types of them, at most 5; what they do not add up to is of others. */
            types: components["schemas"]["TypeCount"][];
        };
        Unlisted: {
            /**
             * @description Types that are not in `attention`.
             * @example 0
             */
            attention: number;
            /**
             * @description Runs that are not in `runs`, the oldest.
             * @example 0
             */
            runs: number;
            /**
             * @description Types that are not in `summary`: those with the oldest latest events.
             * @example 12
             */
            summary: number;
            /**
             * @description How many events these types have in the window.
             * @example 345
             */
            summaryEvents: number;
        };
        TicketContext: {
            /**
             * Format: date-time
             * @description Nothing in the response is later.
             * @example 2026-04-18T10:00:00Z
             */
            asOf: string;
            /** @description With `display=true`, for a key with `customers:read`. */
            customer?: components["schemas"]["ContextCustomer"];
            /** @description The types of warnings and errors in the window, the latest first, at most 5. Left out where there is none, but with `display=true`. */
            attention?: components["schemas"]["Attention"][];
            /** @description The latest events, the newest first; behind them, where it is older, the latest of each type in `attention`. An event whose payload there is no room for is an outline. */
            events: (components["schemas"]["TimelineEvent"] | components["schemas"]["EventOutline"])[];
            /** @description What is left out of `events`, in their order: between two events for which there is no entry here, nothing is missing. Left out where that is so everywhere. */
            leftOut?: components["schemas"]["Omission"][];
            /** @description Where the events repeat themselves: three or more of one type with none of another type between them, the latest first. A run that goes on beyond the events is counted whole, up to 1,000 events back. */
            runs: components["schemas"]["TypeSummary"][];
            /** @description What happened in the window, per type, the latest first. */
            summary: components["schemas"]["TypeSummary"][];
            /** @description How much of the other lists is left out. Itself left out where all of them are whole. */
            unlisted?: components["schemas"]["Unlisted"];
            /** @description Whether anything was left out, so that the response has at most 16384 bytes: a payload, an event, or an entry of a list. */
            truncated: boolean;
        };
        TicketContextEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["TicketContext"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        EmbedCustomer: {
            /** @example user_42 */
            externalId: string;
            /** @example ada@example.com */
            email: string;
            /** @example Ada Lovelace */
            name: string;
            /**
             * @description `plan` of the customer's metadata, where that is a string or a number, cut to 100 characters; otherwise null.
             * @example pro
             */
            plan: string | null;
        };
        EmbedHeadViewer: {
            /** @example agent_7 */
            id: string;
            /** @example Grace Hopper */
            name: string | null;
        };
        EmbedHeadSession: {
            /** @example cmo4a7r2v0003k9qwz5t8n1yc */
            id: string;
            /**
             * Format: date-time
             * @description When the ticket was opened.
             * @example 2026-04-18T10:00:00Z
             */
            at: string | null;
            /**
             * @description An address proves nothing of who wrote the ticket.
             * @enum {string}
             */
            matchedBy: "externalId" | "email";
            viewer: components["schemas"]["EmbedHeadViewer"] | null;
            /** @example de-DE */
            locale: string | null;
            /** @example Europe/Berlin */
            timeZone: string | null;
            /** @example https://desk.example/c/{customerExternalId}?e={eventId} */
            eventLink: string | null;
            /**
             * Format: date-time
             * @description A renewal a few seconds ago may not be in it.
             */
            expiresAt: string;
            /** Format: date-time */
            renewableUntil: string;
        };
        EmbedAttention: {
            /** @example payment.failed */
            type: string;
            /**
             * @description Of the type; it needs no payload.
             * @example Payment failed
             */
            title: string;
            /**
             * @example warning
             * @enum {string}
             */
            severity: "warning" | "error";
            /** @example 2 */
            count: number;
            /**
             * @description The id of the latest of them.
             * @example cmo4a6nb40000xqbp1v5k2h8d
             */
            eventId: string;
            /**
             * Format: date-time
             * @example 2026-04-18T08:02:11Z
             */
            last: string;
        };
        EmbedType: {
            /** @example order.placed */
            type: string;
            /** @example 3 */
            count: number;
            /**
             * Format: date-time
             * @example 2026-01-05T08:30:00Z
             */
            firstOccurredAt: string;
            /**
             * Format: date-time
             * @example 2026-04-18T10:00:00Z
             */
            lastOccurredAt: string;
            /**
             * @description Of the type; it needs no payload.
             * @example Order placed
             */
            title: string;
            /** @example info */
            severity: components["schemas"]["Severity"];
            /**
             * @description The name of an icon.
             * @example shopping-cart
             */
            icon: string | null;
            /**
             * @description Of little interest.
             * @example false
             */
            quiet: boolean;
            /**
             * @description Not to be shown unless it is asked for.
             * @example false
             */
            hidden: boolean;
        };
        EmbedHead: {
            customer: components["schemas"]["EmbedCustomer"];
            session: components["schemas"]["EmbedHeadSession"];
            /** @description Types of warnings and errors up to the ticket's instant, or up to now where there is none, and within P7D before it: at most 3, the latest first. Types that are hidden are not among them. */
            attention: components["schemas"]["EmbedAttention"][];
            /** @description Of the types that the session may see; the type with the latest event first, then by name. */
            types: components["schemas"]["EmbedType"][];
            /**
             * @description `types` counts the newest so many events, of whatever type they are: 50,000 of a longer history. null: all.
             * @example null
             */
            countedEvents: number | null;
            /**
             * Format: date-time
             * @description null where there is no event, or none that the session may see among the oldest 50,000.
             */
            firstOccurredAt: string | null;
        };
        EmbedHeadEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["EmbedHead"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        EmbedDay: {
            /**
             * Format: date
             * @description In the time zone that was asked for.
             * @example 2026-04-20
             */
            day: string;
            /** @example 14 */
            count: number;
        };
        EmbedDays: {
            /** @description Only days with events, the newest first. */
            days: components["schemas"]["EmbedDay"][];
        };
        EmbedDaysEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["EmbedDays"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        EmbedEvent: {
            /**
             * @description Opaque.
             * @example cmo4a6nb40000xqbp1v5k2h8d
             */
            id: string;
            /** @example order.placed */
            type: string;
            /**
             * Format: date-time
             * @description RFC 3339 in UTC, up to microseconds, the fraction only as long as it needs to be.
             * @example 2026-04-18T10:00:00Z
             */
            occurredAt: string;
            /**
             * Format: date-time
             * @example 2026-04-18T10:00:01.234Z
             */
            createdAt: string;
            /**
             * @description Where one was sent.
             * @example order-1042-placed
             */
            eventId?: string;
            /**
             * @description The JSON of the payload as a text, so that a page can show its numbers digit for digit.
             * @example {"orderId":"1042","total":99.90}
             */
            payloadText: string;
        };
        EmbedEventEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["EmbedEvent"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        FieldRuleRequest: {
            /** @example Total */
            label: string;
            /**
             * @description Where the value is, such as `payload.lines[0].sku`.
             * @example payload.total
             */
            path: string;
            /**
             * @description How it is written: `money(path of the currency)`, `cents(path of the currency)` or `date`.
             * @example money(payload.currency)
             */
            as?: string | null;
        };
        DisplayRuleRequest: {
            /**
             * @description A template with at most 10 places: `{path}`, `{path|fallback}`, `{path:money(path of the currency)}`, `{path:cents(path of the currency)}`, `{path:date}`; `{{` and `}}` are braces. A path begins with `payload.`, or is `customer.name`, `type` or `occurredAt`.
             * @example Order {payload.id}: {payload.total:money(payload.currency)}
             */
            title?: string | null;
            severity?: components["schemas"]["Severity"] | null;
            /** @enum {string|null} */
            icon?: "activity" | "alarm-clock" | "archive" | "badge-check" | "ban" | "bell" | "bookmark" | "box" | "briefcase" | "bug" | "building" | "calendar" | "calendar-x" | "check" | "circle-alert" | "circle-check" | "circle-dollar-sign" | "circle-x" | "clock" | "coins" | "credit-card" | "download" | "eye" | "file-text" | "flag" | "folder" | "gift" | "globe" | "hand-coins" | "heart" | "house" | "inbox" | "info" | "key" | "link" | "lock" | "log-in" | "log-out" | "mail" | "map-pin" | "message-circle" | "mouse-pointer-click" | "package" | "package-check" | "pause" | "pencil" | "phone" | "play" | "plug" | "receipt" | "refresh-cw" | "rocket" | "search" | "send" | "settings" | "shield" | "shopping-cart" | "star" | "tag" | "ticket" | "trash-2" | "trending-down" | "trending-up" | "triangle-alert" | "truck" | "undo-2" | "upload" | "user" | "user-minus" | "user-plus" | "users" | "wallet" | "wrench" | "zap" | null;
            /**
             * @description A template whose scheme and host are literal, http or https.
             * @example https://shop.example/orders/{payload.id}
             */
            url?: string | null;
            /** @description Of little interest: it gives way first. */
            quiet?: boolean | null;
            /** @description Not shown at all unless it is asked for. */
            hidden?: boolean | null;
            fields?: components["schemas"]["FieldRuleRequest"][] | null;
            /**
             * @description JSON pointers (RFC 6901) of what of a payload is masked where people read it.
             * @example [
             *       "/card/number"
             *     ]
             */
            mask?: string[] | null;
            description?: string | null;
        };
        EffectiveRule: {
            /**
             * @description A template, or the built-in title as it is.
             * @example Order {payload.id}
             */
            title: string;
            severity: components["schemas"]["Severity"];
            icon: string | null;
            /** @description A template. */
            url: string | null;
            quiet: boolean;
            hidden: boolean;
            fields: components["schemas"]["FieldRuleRequest"][];
            mask: string[];
            description: string | null;
        };
        EventType: {
            /** @example order.placed */
            type: string;
            /**
             * Format: date-time
             * @description When the service first recorded an event of this type; not when that had happened.
             * @example 2026-04-18T10:00:00Z
             */
            firstSeenAt: string;
            /** @description The rule of exactly this type; null: none. */
            rule: components["schemas"]["DisplayRuleRequest"] | null;
            display: components["schemas"]["EffectiveRule"];
        };
        PatternRule: {
            /**
             * @description A type, the beginning of types such as `order.*`, or `*`.
             * @example order.placed
             */
            pattern: string;
            rule: components["schemas"]["DisplayRuleRequest"];
        };
        EventTypes: {
            /** @description By name, at most 500 a page. */
            types: components["schemas"]["EventType"][];
            /** @description All rules, by pattern, also those for types that were never seen. On the first page only. */
            rules?: components["schemas"]["PatternRule"][];
            /** @description The app has had more types than the 5,000 that are kept. */
            more: boolean;
            /** @description Give it as `cursor` for the next page; null at the end. */
            nextCursor: string | null;
        };
        EventTypesEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["EventTypes"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        RuleSet: {
            rules: components["schemas"]["PatternRule"][];
            /** @description Patterns that had no rule before. */
            added: string[];
            /** @description Patterns whose rule is another one now. */
            changed: string[];
            /** @description Patterns that have no rule any more. */
            removed: string[];
        };
        RuleSetEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["RuleSet"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        PatternRuleRequest: {
            /**
             * @description A type, the beginning of types such as `order.*`, or `*`.
             * @example order.placed
             */
            pattern: string;
            rule: components["schemas"]["DisplayRuleRequest"];
        };
        RuleSetRequest: {
            /** @description All of them: what is not in the list goes. At most 5,000. */
            rules: components["schemas"]["PatternRuleRequest"][];
        };
        DisplayedField: {
            /** @example Total */
            label: string;
            /** @example €99.90 */
            value: string;
        };
        DisplayPreview: {
            /** @example Order 1042: €99.90 */
            title: string;
            severity: components["schemas"]["Severity"];
            icon: string | null;
            /** @description null: no link, or a value of it is missing. */
            url: string | null;
            fields: components["schemas"]["DisplayedField"][];
            quiet: boolean;
            hidden: boolean;
        };
        DisplayPreviewEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["DisplayPreview"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        PreviewedEventRequest: {
            /**
             * @description Your own id of the customer whose event it is.
             * @example user_42
             */
            customerExternalId?: string | null;
            /** @description The id of the event. */
            id?: string | null;
            /**
             * @description The type of an event that is made up.
             * @example order.placed
             */
            type?: string | null;
            /**
             * @description Its payload; {} where it is left out.
             * @example {
             *       "id": "1042",
             *       "total": 99.9,
             *       "currency": "EUR"
             *     }
             */
            payload?: {
                [key: string]: unknown;
            } | null;
        };
        EventPreviewRequest: {
            rule: components["schemas"]["DisplayRuleRequest"];
            /** @description Either customerExternalId and id, of an event that is stored; or type, and payload where it has one. */
            event: components["schemas"]["PreviewedEventRequest"];
        };
        PatternRuleEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["PatternRule"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        Health: {
            /** @enum {string} */
            status: "ok";
        };
        HealthEnvelope: {
            /** @enum {boolean} */
            success: true;
            data: components["schemas"]["Health"];
            /**
             * Format: date-time
             * @description When the response was made.
             */
            timestamp: string;
        };
        Failure: {
            /** @enum {boolean} */
            success: false;
            code: components["schemas"]["ErrorCode"];
            /** @description For people; may change. */
            message: string;
            /** @description For a VALIDATION_ERROR: field → what is wrong with it. For a PAYLOAD_TOO_LARGE: the field and the limit in bytes. */
            details?: {
                [key: string]: unknown;
            };
            /** Format: date-time */
            timestamp: string;
        };
    };
    responses: {
        /** @description VALIDATION_ERROR */
        ValidationError: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description AUTH_API_KEY_MISSING, AUTH_API_KEY_INVALID, AUTH_API_KEY_EXPIRED */
        AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description AUTH_API_KEY_FORBIDDEN */
        AuthApiKeyForbidden: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description TOO_MANY_REQUESTS */
        TooManyRequests: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description INTERNAL_ERROR */
        InternalError: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description SERVICE_UNAVAILABLE */
        ServiceUnavailable: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description CUSTOMER_NOT_FOUND */
        CustomerNotFound: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description REQUEST_TIMEOUT */
        RequestTimeout: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description PAYLOAD_TOO_LARGE */
        PayloadTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description UNSUPPORTED_MEDIA_TYPE */
        UnsupportedMediaType: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description NOT_FOUND */
        NotFound: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description EMBED_SESSION_INVALID, EMBED_SESSION_EXPIRED */
        EmbedSessionInvalidOrEmbedSessionExpired: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description EMBED_APP_UNKNOWN, EMBED_WRONG_APP */
        EmbedAppUnknownOrEmbedWrongApp: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description EVENT_ID_CONFLICT */
        EventIdConflict: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description EVENT_ERASED */
        EventErased: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description CUSTOMER_EMAIL_EXISTS */
        CustomerEmailExists: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description CUSTOMER_NOT_FOUND, NOT_FOUND */
        CustomerNotFoundOrNotFound: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description PRECONDITION_FAILED */
        PreconditionFailed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description Names this request in the logs: the one that was sent, if it was safe, or a new one. */
        "X-Request-Id": string;
        /** @description r: what is left (events where events are sent, else units), t: seconds until the window ends. */
        RateLimit: string;
        /** @description q: events, or units, per window, w: its seconds. */
        "RateLimit-Policy": string;
        /** @description Seconds after which to try again. */
        "Retry-After": number;
        /** @description Always "true". */
        "Idempotent-Replayed": "true";
        /** @description The version, for If-Match. */
        ETag: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    whoami: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The app that the key belongs to. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WhoamiEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createEmbedSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmbedSessionRequest"];
            };
        };
        responses: {
            /** @description The session is made. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedEmbedSessionEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            /** @description CUSTOMER_NOT_FOUND */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    endEmbedSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the session; not its token. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended, now or before. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndedEmbedSessionEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            /** @description NOT_FOUND */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    renewEmbedSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description The public key that the page was opened with; a session of another app is refused then. */
                "X-Public-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Until when the session is good now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RenewedEmbedSessionEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["EmbedSessionInvalidOrEmbedSessionExpired"];
            403: components["responses"]["EmbedAppUnknownOrEmbedWrongApp"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listAuditEntries: {
        parameters: {
            query?: {
                /** @description Only what was done at or after this instant: an existing date YYYY-MM-DD (midnight UTC) or date and time YYYY-MM-DDTHH:MM[:SS[.fraction]] followed by Z, by an offset +HH:MM or -HH:MM, or by nothing (UTC), in the years 0001 to 9999 and without leap seconds, for example 2026-04-18T10:00:00Z. */
                from?: string;
                /** @description Only what was done before this instant. */
                to?: string;
                /** @description Given several times, an entry matches if it is of one of them. */
                action?: ("app.created" | "app.changed" | "app.suspended" | "app.resumed" | "app.exported" | "app.deleted" | "key.created" | "key.changed" | "key.rotated" | "key.revoked" | "customer.exported" | "customer.history_erased" | "customer.erased" | "event.erased" | "timeline.exported" | "retention.changed" | "events.purged" | "origins.set" | "session.created" | "session.revoked" | "timeline.viewed" | "customer.read.bulk" | "event-types.changed")[];
                /** @description Only what was done to this customer, also after its erasure. */
                customerExternalId?: string;
                /** @description How many entries at most; where it is not given, 50 on a page, and all of them as NDJSON. */
                limit?: number;
                /** @description The nextCursor of the page before, as it is. It goes with the same filters only. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of entries, or all of them, one a line. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPageEnvelope"];
                    "application/x-ndjson": components["schemas"]["AuditEntry"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            /** @description TOO_MANY_REQUESTS */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["InternalError"];
            /** @description SERVICE_UNAVAILABLE */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    recordEvent: {
        parameters: {
            query?: never;
            header?: {
                /** @description Serves as the eventId where the body has none. Bare or quoted. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CustomerEventRequest"];
            };
        };
        responses: {
            /** @description The event was committed before, by a request with the same eventId. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerEventEnvelope"];
                };
            };
            /** @description The event is committed. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerEventEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            404: components["responses"]["CustomerNotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["EventIdConflict"];
            410: components["responses"]["EventErased"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    recordEvents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventBatchRequest"];
            };
        };
        responses: {
            /** @description All events are committed. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventBatchResultEnvelope"];
                };
            };
            /** @description Some events were rejected; all others are committed. */
            207: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventBatchResultEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    importEvents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description All lines were read; those that are not rejected are committed. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventImportResultEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description TOO_MANY_REQUESTS */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["InternalError"];
            /** @description SERVICE_UNAVAILABLE */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getCustomer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Your own id of the customer; percent-encoded in the URL. */
                externalId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The customer. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            404: components["responses"]["CustomerNotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    eraseCustomer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Your own id of the customer; percent-encoded in the URL. */
                externalId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nothing of the customer is left. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasedEventsEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            404: components["responses"]["CustomerNotFound"];
            /** @description TOO_MANY_REQUESTS */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    upsertCustomer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Your own id of the customer; percent-encoded in the URL. */
                externalId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CustomerRequest"];
            };
        };
        responses: {
            /** @description The customer is changed. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerEnvelope"];
                };
            };
            /** @description The customer is created. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["CustomerEmailExists"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    findCustomers: {
        parameters: {
            query?: {
                /** @description Finds the customer with exactly this address, in any case of its letters. No other parameter goes with it. */
                email?: string;
                /** @description Lists the customers whose external id begins with it, in the order of their external ids (by code point). */
                externalIdPrefix?: string;
                /** @description How many customers at most; 50 where it is not given. */
                limit?: number;
                /** @description The nextCursor of the page before, as it is. It goes with the same externalIdPrefix only. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The customers. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerPageEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            /** @description TOO_MANY_REQUESTS */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description A type, or the beginning of types: `order.*`. Given several times (at most 50), an event matches if one of them does. */
                type?: string[];
                /** @description Only events at or after this instant: an existing date YYYY-MM-DD (midnight UTC) or date and time YYYY-MM-DDTHH:MM[:SS[.fraction]] followed by Z, by an offset +HH:MM or -HH:MM, or by nothing (UTC), in the years 0001 to 9999 and without leap seconds, for example 2026-04-18T10:00:00Z. */
                from?: string;
                /** @description Only events before this instant. */
                to?: string;
                /** @description Whether each event has a `display`: how it is to be shown by the rules of its type. The name of the customer is in it only for a key with `customers:read`. */
                display?: "true" | "false";
                /** @description By occurredAt, then id: newest or oldest first. */
                order?: "desc" | "asc";
                limit?: number;
                /** @description The nextCursor of the page before, as it is. It goes with the same customer and filters only. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Your own id of the customer; percent-encoded in the URL. */
                externalId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the timeline. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimelinePageEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            404: components["responses"]["CustomerNotFound"];
            /** @description TOO_MANY_REQUESTS */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getEventSummary: {
        parameters: {
            query?: {
                /** @description A type, or the beginning of types: `order.*`. Given several times (at most 50), an event matches if one of them does. */
                type?: string[];
                /** @description Only events at or after this instant: an existing date YYYY-MM-DD (midnight UTC) or date and time YYYY-MM-DDTHH:MM[:SS[.fraction]] followed by Z, by an offset +HH:MM or -HH:MM, or by nothing (UTC), in the years 0001 to 9999 and without leap seconds, for example 2026-04-18T10:00:00Z. */
                from?: string;
                /** @description Only events before this instant. */
                to?: string;
            };
            header?: never;
            path: {
                /** @description Your own id of the customer; percent-encoded in the URL. */
                externalId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the timeline, or the part of it that was asked for, consists of. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimelineSummaryEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            404: components["responses"]["CustomerNotFound"];
            /** @description TOO_MANY_REQUESTS */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    exportEvents: {
        parameters: {
            query?: {
                /** @description A type, or the beginning of types: `order.*`. Given several times (at most 50), an event matches if one of them does. */
                type?: string[];
                /** @description Only events at or after this instant: an existing date YYYY-MM-DD (midnight UTC) or date and time YYYY-MM-DDTHH:MM[:SS[.fraction]] followed by Z, by an offset +HH:MM or -HH:MM, or by nothing (UTC), in the years 0001 to 9999 and without leap seconds, for example 2026-04-18T10:00:00Z. */
                from?: string;
                /** @description Only events before this instant. */
                to?: string;
                /** @description Whether each event has a `display`: how it is to be shown by the rules of its type. The name of the customer is in it only for a key with `customers:read`. */
                display?: "true" | "false";
            };
            header?: never;
            path: {
                /** @description Your own id of the customer; percent-encoded in the URL. */
                externalId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All events, one a line. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["TimelineEvent"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            404: components["responses"]["CustomerNotFound"];
            /** @description TOO_MANY_REQUESTS */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["InternalError"];
            /** @description SERVICE_UNAVAILABLE */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    getEvent: {
        parameters: {
            query?: {
                /** @description Whether each event has a `display`: how it is to be shown by the rules of its type. The name of the customer is in it only for a key with `customers:read`. */
                display?: "true" | "false";
            };
            header?: never;
            path: {
                /** @description Your own id of the customer; percent-encoded in the URL. */
                externalId: string;
                /** @description The id that the service gave the event; not your own eventId. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimelineEventEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            404: components["responses"]["CustomerNotFoundOrNotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    eraseEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Your own id of the customer; percent-encoded in the URL. */
                externalId: string;
                /** @description The id that the service gave the event; not your own eventId. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nothing of the event is left. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasedEventsEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            404: components["responses"]["CustomerNotFoundOrNotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listTimelineEntries: {
        parameters: {
            query?: {
                /** @description The entries at or before this instant: an existing date YYYY-MM-DD (midnight UTC) or date and time YYYY-MM-DDTHH:MM[:SS[.fraction]] followed by Z, by an offset +HH:MM or -HH:MM, or by nothing (UTC), in the years 0001 to 9999 and without leap seconds, for example 2026-04-18T10:00:00Z. */
                at?: string;
                /** @description The id of an event: its entry, and those around it. */
                around?: string;
                /** @description `older` or `newer` of a page, as it is. It goes with the same `type`s. */
                cursor?: string;
                /** @description With `cursor`: which way to go from there. Default: older. */
                dir?: "older" | "newer";
                /** @description The `cursor` of a fold, or `older` of a page of it: the events in it, each by itself. */
                within?: string;
                limit?: number;
                /** @description A type, or the beginning of types: `order.*`; at most 50 times. What is hidden is there only if its type is given exactly. */
                type?: string[];
                /** @description A text to be found in payloads, types and titles, literally but for its case. What is found stands by itself, never in a fold. A request looks at 20,000 events at most: `scannedTo` tells how far. */
                q?: string;
                /** @description What becomes of events of quiet types: folded together, shown as others are, or left out. */
                quiet?: "fold" | "show" | "hide";
                /** @description The IANA name of the time zone at whose midnight folds end. */
                tz?: string;
            };
            header?: {
                /** @description The ETag of the newest page as the client has it: 304 where it is still that. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Your own id of the customer; percent-encoded in the URL. */
                externalId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of entries. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    /** @description Of the newest page, for If-None-Match. */
                    ETag?: string;
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntriesPageEnvelope"];
                };
            };
            /** @description The client has this version already. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    /** @description Of the newest page, for If-None-Match. */
                    ETag?: string;
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            404: components["responses"]["CustomerNotFoundOrNotFound"];
            /** @description TOO_MANY_REQUESTS */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getTicketContext: {
        parameters: {
            query?: {
                /** @description When the ticket was opened; nothing later is told. Default: now. */
                at?: string;
                /** @description How far back the summary and the attention list look: an ISO 8601 duration in weeks, or in days, hours, minutes and seconds, longer than nothing, for example P7D, P2W or PT12H. */
                window?: string;
                /** @description How many of the latest events. */
                limit?: number;
                /** @description Whether each event has a `display`: how it is to be shown by the rules of its type. The name of the customer is in it only for a key with `customers:read`. */
                display?: "true" | "false";
            };
            header?: never;
            path: {
                /** @description Your own id of the customer; percent-encoded in the URL. */
                externalId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The context. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketContextEnvelope"];
                    "text/markdown": string;
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            404: components["responses"]["CustomerNotFound"];
            /** @description TOO_MANY_REQUESTS */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getEmbedHead: {
        parameters: {
            query?: never;
            header?: {
                /** @description The public key that the page was opened with; a session of another app is refused then. */
                "X-Public-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The head of the page. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmbedHeadEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["EmbedSessionInvalidOrEmbedSessionExpired"];
            403: components["responses"]["EmbedAppUnknownOrEmbedWrongApp"];
            404: components["responses"]["CustomerNotFound"];
            /** @description TOO_MANY_REQUESTS */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listEmbedEntries: {
        parameters: {
            query?: {
                /** @description The entries at or before this instant: an existing date YYYY-MM-DD (midnight UTC) or date and time YYYY-MM-DDTHH:MM[:SS[.fraction]] followed by Z, by an offset +HH:MM or -HH:MM, or by nothing (UTC), in the years 0001 to 9999 and without leap seconds, for example 2026-04-18T10:00:00Z. */
                at?: string;
                /** @description The id of an event: its entry, and those around it. */
                around?: string;
                /** @description `older` or `newer` of a page, as it is. It goes with the same `type`s. */
                cursor?: string;
                /** @description With `cursor`: which way to go from there. Default: older. */
                dir?: "older" | "newer";
                /** @description The `cursor` of a fold, or `older` of a page of it: the events in it, each by itself. */
                within?: string;
                limit?: number;
                /** @description A type, or the beginning of types: `order.*`; at most 50 times. What is hidden is there only if its type is given exactly. */
                type?: string[];
                /** @description A text to be found in payloads, types and titles, literally but for its case. What is found stands by itself, never in a fold. A request looks at 20,000 events at most: `scannedTo` tells how far. */
                q?: string;
                /** @description What becomes of events of quiet types: folded together, shown as others are, or left out. */
                quiet?: "fold" | "show" | "hide";
                /** @description The IANA name of the time zone at whose midnight folds end. */
                tz?: string;
            };
            header?: {
                /** @description The public key that the page was opened with; a session of another app is refused then. */
                "X-Public-Key"?: string;
                /** @description The ETag of the newest page as the client has it: 304 where it is still that. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of entries. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    /** @description Of the newest page, for If-None-Match. */
                    ETag?: string;
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntriesPageEnvelope"];
                };
            };
            /** @description The client has this version already. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    /** @description Of the newest page, for If-None-Match. */
                    ETag?: string;
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["EmbedSessionInvalidOrEmbedSessionExpired"];
            403: components["responses"]["EmbedAppUnknownOrEmbedWrongApp"];
            404: components["responses"]["CustomerNotFoundOrNotFound"];
            /** @description TOO_MANY_REQUESTS */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listEmbedDays: {
        parameters: {
            query: {
                /** @description The first day. */
                from: string;
                /** @description The day after the last one, 1 to 366 days after `from`. */
                to: string;
                /** @description The IANA name of the time zone in which the days are. Default: the time zone of the session, or else UTC. */
                tz?: string;
                /** @description A type, or the beginning of types: `order.*`. Given several times (at most 50), an event matches if one of them does. */
                type?: string[];
            };
            header?: {
                /** @description The public key that the page was opened with; a session of another app is refused then. */
                "X-Public-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The days that have events. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmbedDaysEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["EmbedSessionInvalidOrEmbedSessionExpired"];
            403: components["responses"]["EmbedAppUnknownOrEmbedWrongApp"];
            404: components["responses"]["CustomerNotFound"];
            /** @description TOO_MANY_REQUESTS */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getEmbedEvent: {
        parameters: {
            query?: never;
            header?: {
                /** @description The public key that the page was opened with; a session of another app is refused then. */
                "X-Public-Key"?: string;
            };
            path: {
                /** @description The id that the service gave the event; not your own eventId. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmbedEventEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["EmbedSessionInvalidOrEmbedSessionExpired"];
            403: components["responses"]["EmbedAppUnknownOrEmbedWrongApp"];
            404: components["responses"]["CustomerNotFoundOrNotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listEventTypes: {
        parameters: {
            query?: {
                /** @description The nextCursor of the page before, as it is. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the types; all rules on the first one. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventTypesEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    replaceDisplayRules: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what is to be changed: where it has another one by now, nothing changes (412). */
                "If-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleSetRequest"];
            };
        };
        responses: {
            /** @description These are all rules now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleSetEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    previewDisplay: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventPreviewRequest"];
            };
        };
        responses: {
            /** @description The event as it would be displayed. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DisplayPreviewEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getDisplayRule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An event type, the beginning of types such as `order.*`, or `*` for all; percent-encoded in the URL. */
                type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rule. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PatternRuleEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    putDisplayRule: {
        parameters: {
            query?: never;
            header?: {
                /** @description `*`: only create it; where it is there, nothing changes (412). */
                "If-None-Match"?: "*";
                /** @description The ETag of what is to be changed: where it has another one by now, nothing changes (412). */
                "If-Match"?: string;
            };
            path: {
                /** @description An event type, the beginning of types such as `order.*`, or `*` for all; percent-encoded in the URL. */
                type: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DisplayRuleRequest"];
            };
        };
        responses: {
            /** @description The rule is changed, or says this already. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PatternRuleEnvelope"];
                };
            };
            /** @description The rule is created. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PatternRuleEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    deleteDisplayRule: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of what is to be changed: where it has another one by now, nothing changes (412). */
                "If-Match"?: string;
            };
            path: {
                /** @description An event type, the beginning of types such as `order.*`, or `*` for all; percent-encoded in the URL. */
                type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rule that there was. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PatternRuleEnvelope"];
                };
            };
            400: components["responses"]["ValidationError"];
            401: components["responses"]["AuthApiKeyMissingOrAuthApiKeyInvalidOrAuthApiKeyExpired"];
            403: components["responses"]["AuthApiKeyForbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthEnvelope"];
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They should. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthEnvelope"];
                };
            };
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The text format of Prometheus. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
}
