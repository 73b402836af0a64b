import type { Connection } from '@temporalio/client';
import { messageOf } from '../domain/errors.js';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes.js';
import { codeOf, INVALID_ARGUMENT, refusalIn } from './refusal.js';

/** `temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD`: all of ours are keywords. */
const KEYWORD = 2;

type Services = Pick<Connection, 'operatorService' | 'workflowService'>;

/**
 * Those of our search attributes that a namespace does not have, by their names. It is asked with them, for which no right of an operator is needed; a
 * server that does not even answer that has none that could be used.
 */
export async function missingSearchAttributes(
  { workflowService }: Pick<Services, 'workflowService'>,
  namespace: string,
): Promise<string[]> {
  const isMissing = async (name: string): Promise<boolean> => {
    try {
      await workflowService.countWorkflowExecutions({ namespace, query: `${name} = 'none'` });
      return false;
    } catch (error) {
      if (codeOf(error) === INVALID_ARGUMENT || refusalIn(error) !== undefined) return true;
      throw error;
    }
  };
  const names = SEARCH_ATTRIBUTES.map(({ name }) => name);
  const missing = await Promise.all(names.map(isMissing));
  return names.filter((_, i) => missing[i]);
}

/** What could not be registered, and why. */
export interface Unregistered {
  readonly names: readonly string[];
  readonly why: string;
}

/** Registers those of our search attributes that a namespace does not have, where this is allowed. Undefined if all are there. */
export async function registerSearchAttributes(
  services: Services,
  namespace: string,
): Promise<Unregistered | undefined> {
  try {
    await register(services, namespace);
    return undefined;
  } catch (error) {
    // Whatever was the matter: it counts what is there now.
    const names = await missingSearchAttributes(services, namespace);
    return names.length === 0 ? undefined : { names, why: refusalIn(error) ?? messageOf(error) };
  }
}

async function register({ operatorService }: Services, namespace: string): Promise<void> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing = SEARCH_ATTRIBUTES.filter(({ name }) => customAttributes[name] === undefined);
  if (missing.length === 0) return;
  await operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(({ name }) => [name, KEYWORD])),
  });
}

/** What a run does without, and what somebody with more rights types: one command for each attribute. */
export const withoutAttributes = (
  names: readonly string[],
  { address, namespace }: { readonly address: string; readonly namespace: string },
): string =>
  [
    `the namespace ${namespace} does not have the search attributes ${names.join(', ')}: runs work, and cannot be filtered by them. To add them:`,
    ...names.map(
      (name) =>
        `  temporal operator search-attribute create --name ${name} --type Keyword --namespace ${namespace} --address ${address}`,
    ),
    'then start the worker again (Temporal Cloud: docs/operating.md)',
  ].join('\n');
