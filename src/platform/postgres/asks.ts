/** What can ask the database. */
export interface Asks {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}
