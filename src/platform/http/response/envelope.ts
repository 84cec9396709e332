import type { DomainError } from '../../../../libs/kernel/domain-error.ts';
import { encodeJson } from './encode-json.ts';

/** `{ success: true, data, timestamp }` */
export function successEnvelope(data: unknown): string {
  return `{"success":true,"data":${encodeJson(data)},"timestamp":"${new Date().toISOString()}"}`;
}

/** `{ success: false, code, message, details?, timestamp }` */
export function failureEnvelope(error: DomainError): string {
  return encodeJson({
    success: false,
    code: error.code,
    message: error.message,
    details: error.details,
    timestamp: new Date().toISOString(),
  });
}
