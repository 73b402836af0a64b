import { keeperMain } from './keeper.js';

/** Entry point of the keeper's process: `node keeper-main.js <cluster state folder>`. */
await keeperMain(process.argv[2] as string);
