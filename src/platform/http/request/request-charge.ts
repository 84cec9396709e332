import type { IncomingMessage } from 'node:http';

/** What a request has been charged of its caller's rate; it rises where the request turns out to be larger. */
export interface RequestCharge {
  /** Charges the difference to what was charged before, if that was less. It never refuses. */
  raiseTo(units: number): Promise<void>;
}

/** Bytes of a body, after decompression, that are charged as much as one event. */
const BODY_BYTES_PER_UNIT = 16_384;

export const unitsOfBytes = (bytes: number): number => Math.ceil(bytes / BODY_BYTES_PER_UNIT);

type ChargedRequest = IncomingMessage & { charge?: RequestCharge | undefined; isChargedByBody?: boolean };

/** @param isByBody whether its route is charged by what its body holds. */
export function setCharge(request: IncomingMessage, charge: RequestCharge | undefined, isByBody: boolean): void {
  (request as ChargedRequest).charge = charge;
  (request as ChargedRequest).isChargedByBody = isByBody;
}

/** Charges a request with at least so many units. */
export async function raiseCharge(request: IncomingMessage, units: number): Promise<void> {
  await (request as ChargedRequest).charge?.raiseTo(units);
}

/** The same for a body of so many bytes, where the route is charged by what that holds. */
export async function raiseChargeByBody(request: IncomingMessage, bytes: number): Promise<void> {
  if ((request as ChargedRequest).isChargedByBody === true) await raiseCharge(request, unitsOfBytes(bytes));
}
