import { upsertSearchAttributes } from '@temporalio/workflow';
import type { RunPlan } from '../domain/plan.js';

type Attributes = Extract<Parameters<typeof upsertSearchAttributes>[0], readonly unknown[]>;

/** Sets the attributes that runs are filtered by: those that the namespace has. With any other, the server fails the task, again and again. */
export function setAttributes({ missingAttributes = [] }: RunPlan, attributes: Attributes): void {
  const known = attributes.filter(({ key }) => !missingAttributes.includes(key.name));
  if (known.length > 0) upsertSearchAttributes(known);
}
