import { z } from 'zod';

/** What runs leave behind is kept this long; 0 days: for ever. */
export const retention = z.strictObject({
  /** Ledgers, and the brokers' data and logs. */
  ledgers_days: z.number().min(0).max(36_500).default(30),
  /** Reports, and all the rest of a run but its entry in the history. */
  runs_days: z.number().min(0).max(36_500).default(365),
  /** With less free space on the disk of the data folder, the oldest goes although it is younger; 0: never. */
  min_free_mb: z.number().min(0).max(1_000_000).default(500),
});
