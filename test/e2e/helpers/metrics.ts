import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from 'node:http';
import request from 'supertest';

/** What `/metrics` tells now. Ten texts a second are made, and whoever asks more often gets the last one: so it takes its time. */
export async function scrape({ server }: { readonly server: Server }): Promise<string> {
  await sleep(110);
  return (await request(server).get('/metrics').expect(200)).text;
}

/** A sample of `/metrics`. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** @param text in the text format of Prometheus. */
export function seriesOf(text: string): Series[] {
  return [...text.matchAll(/^([a-z_0-9]+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, of]) => [label, of])),
    value: Number(value),
  }));
}

/** The sum of all series of a name that have these labels. */
export const sumOf = (text: string, name: string, labels: Record<string, string> = {}): number =>
  seriesOf(text)
    .filter(
      (series) =>
        series.name === name && Object.entries(labels).every(([label, value]) => series.labels[label] === value),
    )
    .reduce((total, { value }) => total + value, 0);
