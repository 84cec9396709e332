import type { Server } from 'node:http';
import request from 'supertest';
import type { TestService } from './test-service.ts';

/** What a POST of a session gives. */
export interface CreatedSession {
  readonly id: string;
  readonly token: string;
  readonly expiresAt: string;
  readonly renewableUntil: string;
  readonly matchedBy: string;
  readonly url: string;
}

export async function createSession(
  service: Pick<TestService, 'post'>,
  body: object = { customerExternalId: 'user_42' },
): Promise<CreatedSession> {
  const response = await service.post('/embed/sessions', body).expect(201);
  return (response.body as { data: CreatedSession }).data;
}

/** What the page asks for with the token of its session. */
export const embedApi = ({ server }: { server: Server }, token: string) => {
  const bearer = { Authorization: `Bearer ${token}` };
  return {
    entries: (query = '') => request(server).get(`/embed/api/entries?${query}`).set(bearer),
    days: (query: string) => request(server).get(`/embed/api/days?${query}`).set(bearer),
    head: () => request(server).get('/embed/api/head').set(bearer),
    event: (id: string) => request(server).get(`/embed/api/events/${id}`).set(bearer),
    renew: () => request(server).post('/embed/api/renew').set(bearer),
  };
};
