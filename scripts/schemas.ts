// The schemas of report.json, of index.json and of a webhook's message, made from the types of src/domain.

import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** File in docs/ → type, where it stands, and what the document is called. */
const DOCUMENTS: Readonly<Record<string, { readonly type: string; readonly path: string; readonly name: string }>> = {
  'report.schema.json': { type: 'ReportFile', path: 'src/domain/report-data.ts', name: 'report' },
  'index.schema.json': { type: 'HistoryIndex', path: 'src/domain/history.ts', name: 'index' },
  'message.schema.json': { type: 'WebhookMessage', path: 'src/domain/webhook-message.ts', name: 'message' },
};

export const SCHEMA_FILES = Object.keys(DOCUMENTS);

/** The schema of one document. Fields that it does not name are allowed: a later minor version may have some. */
export function schemaOf(file: string): string {
  const document = DOCUMENTS[file];
  if (document === undefined) throw new Error(`expected one of ${SCHEMA_FILES.join(', ')}, got ${file}`);
  const { type, path, name } = document;
  const generator = createGenerator({
    path: at(path),
    type,
    tsconfig: at('tsconfig.json'),
    // `npm run types` checks them.
    skipTypeCheck: true,
    additionalProperties: true,
    topRef: false,
  });
  const { $schema: _draft7, definitions, description, ...top } = generator.createSchema(type);
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:robustmq-chaos-test:${name}:1`,
    title: `${name}.json of robustmq-chaos-test, version 1`,
    description: `${description} Fields may be added within a version; none is renamed, removed, or given another meaning.`,
    ...top,
    $defs: definitions,
  };
  return JSON.stringify(schema).replaceAll('#/definitions/', '#/$defs/');
}
