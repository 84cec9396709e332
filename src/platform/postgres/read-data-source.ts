import { DataSource } from 'typeorm';

/** The connections for reads on behalf of tenants and for keys: none of them is taken from those that write. */
export class ReadDataSource extends DataSource {}
