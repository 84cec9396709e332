import { ReadTurns, WriteTurns } from '../../libs/kernel/turns.ts';

const MANY = 100;
const tooLate = (): Error => new Error('it was not its turn in time');

/** Turns that nobody has to wait for. */
export const readTurns = (): ReadTurns => new ReadTurns(MANY, 1_000, tooLate);
export const writeTurns = (): WriteTurns => new WriteTurns(MANY, 1_000, tooLate);
