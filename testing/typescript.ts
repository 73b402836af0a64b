import { fileURLToPath } from 'node:url';

const tsx = import.meta.resolve('tsx');

/** The arguments by which Node runs a program of the equipment that is written in TypeScript, as a process that can be signalled itself. */
export const runTypeScript = (file: URL): string[] => ['--import', tsx, fileURLToPath(file)];
