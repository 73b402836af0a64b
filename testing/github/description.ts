import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: { readonly properties?: object } }>>;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content & { readonly $ref?: string }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly parameters: Readonly<Record<string, Parameter>> };
}

type Node = Readonly<Record<string, unknown>>;

/** OpenAPI's `nullable` in words that a JSON Schema validator knows: where there is no type, and where the values are listed without null. */
function withNull(_key: string, value: unknown): unknown {
  const node = value as Node | null;
  if (typeof node !== 'object' || node?.['nullable'] !== true) return value;
  const { nullable: _nullable, ...rest } = node;
  if (node['type'] === undefined) return { anyOf: [{ type: 'null' }, rest] };
  return Array.isArray(node['enum']) ? { ...node, enum: [...(node['enum'] as unknown[]), null] } : node;
}

const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
const github = JSON.parse(readFileSync(file, 'utf8'), withNull) as Document;
const ajv = new Ajv({ strict: false, validateSchema: false, validateFormats: false, coerceTypes: false });
ajv.addSchema(github, 'github');

const validators = new Map<string, ValidateFunction>();
function validator(...steps: readonly string[]): ValidateFunction {
  const pointer = steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
  const known = validators.get(pointer) ?? ajv.compile({ $ref: `github#/${pointer}` });
  validators.set(pointer, known);
  return known;
}

export interface Described {
  readonly method: string;
  /** As GitHub's description writes it, e.g. `/repos/{owner}/{repo}/git/blobs`. */
  readonly template: string;
}

const operationOf = ({ method, template }: Described): Operation => {
  const operation = github.paths[template]?.[method];
  if (operation === undefined) throw new Error(`GitHub's description has no ${method} ${template}`);
  return operation;
};

const JSON_TYPE = 'application/json';

/** What is wrong with a request by GitHub's own description; empty if nothing is. */
export function requestProblems(
  described: Described,
  request: { readonly query: URLSearchParams; readonly body: unknown },
): string[] {
  const { method, template } = described;
  const operation = operationOf(described);
  const parameters = (operation.parameters ?? []).map((parameter) =>
    parameter.$ref === undefined
      ? parameter
      : (github.components.parameters[parameter.$ref.split('/').at(-1)!] as Parameter),
  );
  const known = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  const problems = [...request.query.keys()].filter((key) => !known.includes(key)).map((key) => `unknown query ${key}`);
  const schema = operation.requestBody?.content?.[JSON_TYPE]?.schema;
  if (schema === undefined) return request.body === undefined ? problems : [...problems, 'a body where none is known'];
  const check = validator('paths', template, method, 'requestBody', 'content', JSON_TYPE, 'schema');
  if (!check(request.body)) problems.push(`body: ${ajv.errorsText(check.errors)}`);
  const strangers = Object.keys(request.body ?? {}).filter((key) => !(key in (schema.properties ?? {})));
  return [...problems, ...strangers.map((key) => `unknown member ${key}`)];
}

/** What is wrong with an answer of the stand-in: it must not say what GitHub would not. */
export function answerProblems(described: Described, status: number, body: unknown): string[] {
  const { method, template } = described;
  const answer = operationOf(described).responses[String(status)];
  if (answer === undefined) return [`GitHub's description has no answer ${status} to ${method} ${template}`];
  const steps =
    answer.$ref === undefined
      ? ['paths', template, method, 'responses', String(status)]
      : answer.$ref.slice(2).split('/');
  if (answer.$ref === undefined && answer.content?.[JSON_TYPE] === undefined) return [];
  const check = validator(...steps, 'content', JSON_TYPE, 'schema');
  return check(body) ? [] : [`answer ${status} to ${method} ${template}: ${ajv.errorsText(check.errors)}`];
}
