/** Cron expressions that a config may have; a real server must take each of them. */
export const crons: readonly string[] = [
  '0 */4 * * *',
  '*/5 * * * *',
  '0 0 13 * 5',
  '0 0 29 2 *',
  '0 0 31 1,2 *',
  '15,45 8-18 * * mon-fri',
  '0 0 1 jan,JUL *',
  '5/10 0-23/3 * * *',
  '0 0 * * 7',
  '0 0 * * 0,6',
  '0 2 1-7 * sun',
  '00 04 * * *',
  '  0   6 * *  * ',
];
